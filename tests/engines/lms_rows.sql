-- Rows of an LMS with the oddities of real ones. Names of columns are quoted the standard way (ANSI_QUOTES on MariaDB).

INSERT INTO django_content_type (id, app_label, model) VALUES
  (1, 'contenttypes', 'contenttype'), (2, 'auth', 'permission'), (3, 'auth', 'group'), (4, 'auth', 'user'),
  (5, 'admin', 'logentry'), (6, 'sessions', 'session'), (7, 'student', 'courseenrollment'), (8, 'support', 'courseresetaudit');
INSERT INTO auth_permission (id, name, content_type_id, codename) VALUES (1, 'Can view user', 4, 'view_user');

-- What the LMS has applied: Django's own apps among them, so that ours must not apply them again.
INSERT INTO django_migrations (app, name, applied) VALUES
  ('contenttypes', '0001_initial', '2016-01-01 00:00:00'),
  ('auth', '0001_initial', '2016-01-01 00:00:00'),
  ('admin', '0001_initial', '2016-01-01 00:00:00'),
  ('admin', '0002_logentry_remove_auto_add', '2019-01-01 00:00:00'),
  ('admin', '0003_logentry_add_action_flag_choices', '2019-01-01 00:00:00'),
  ('contenttypes', '0002_remove_content_type_name', '2016-01-01 00:00:00'),
  ('auth', '0002_alter_permission_name_max_length', '2016-01-01 00:00:00'),
  ('auth', '0003_alter_user_email_max_length', '2016-01-01 00:00:00'),
  ('auth', '0004_alter_user_username_opts', '2016-01-01 00:00:00'),
  ('auth', '0005_alter_user_last_login_null', '2016-01-01 00:00:00'),
  ('auth', '0006_require_contenttypes_0002', '2016-01-01 00:00:00'),
  ('auth', '0007_alter_validators_add_error_messages', '2018-01-01 00:00:00'),
  ('auth', '0008_alter_user_username_max_length', '2018-01-01 00:00:00'),
  ('auth', '0009_alter_user_last_name_max_length', '2019-01-01 00:00:00'),
  ('auth', '0010_alter_group_name_max_length', '2019-01-01 00:00:00'),
  ('auth', '0011_update_proxy_permissions', '2019-01-01 00:00:00'),
  ('auth', '0012_alter_user_first_name_max_length', '2021-01-01 00:00:00'),
  ('sessions', '0001_initial', '2016-01-01 00:00:00'),
  ('sites', '0001_initial', '2016-01-01 00:00:00'),
  ('student', '0001_initial', '2016-01-01 00:00:00'),
  ('course_overviews', '0001_initial', '2016-01-01 00:00:00'),
  ('courseware', '0001_initial', '2016-01-01 00:00:00'),
  ('grades', '0001_initial', '2017-01-01 00:00:00'),
  ('certificates', '0001_initial', '2016-01-01 00:00:00'),
  ('completion', '0001_initial', '2018-01-01 00:00:00'),
  ('support', '0005_unique_course_id', '2024-06-01 00:00:00');

-- Passwords: PBKDF2 with SHA-256 and 600000 rounds, 'lms password of support' and 'lms password of instructor'.
INSERT INTO auth_user
  (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) VALUES
  (1, 'pbkdf2_sha256$600000$v3rb0tenSalz$XQOtUilHh7xOMGNO8vNmQnDZQcNMeTGDRk3dGPwJVqc=', '2026-01-01 08:00:00',
   FALSE, 'sam_support', '', '', 'sam@example.org', FALSE, TRUE, '2015-03-01 00:00:00'),
  (2, 'pbkdf2_sha256$600000$kF2oyRq81Lm$rDoyCb/vK9MKgqfAcjuCHpNCBd1fiN1HV8+5N0d8R24=', NULL,
   FALSE, 'Ines.Instructor', '', '', 'ines@example.org', FALSE, TRUE, '2016-03-01 00:00:00'),
  (3, '!noPassword', NULL, TRUE, 'root', '', '', 'root@example.org', TRUE, TRUE, '2013-01-01 00:00:00'),
  (4, '!sso', '2026-11-01 00:00:00', FALSE, 'amina.yusuf', '', '', 'Amina.Yusuf@Example.org', FALSE, TRUE,
   '2020-01-01 00:00:00'),
  (5, '!sso', NULL, FALSE, 'old name', '', '', 'old@example.org', FALSE, TRUE, '2012-01-01 00:00:00'),
  (6, '!sso', NULL, FALSE, 'retired__user_5f1e', '', '', 'retired__user_5f1e@retired.invalid', FALSE, FALSE,
   '2014-01-01 00:00:00'),
  (7, '!sso', NULL, FALSE, 'no_profile', '', '', '', FALSE, TRUE, '2014-01-01 00:00:00'),
  (8, 'pbkdf2_sha256$600000$v3rb0tenSalz$XQOtUilHh7xOMGNO8vNmQnDZQcNMeTGDRk3dGPwJVqc=', NULL,
   FALSE, 'stella_staff', '', '', 'stella@example.org', TRUE, TRUE, '2015-03-01 00:00:00');

INSERT INTO auth_userprofile (name, meta, courseware, language, location, user_id) VALUES
  ('Sam Support', '', 'course.xml', '', '', 1),
  ('Inés Instructor', '', 'course.xml', 'es', '', 2),
  ('', '', 'course.xml', '', '', 3),
  ('Amina Yusuf', '{"session_id": null}', 'course.xml', 'sw', 'Nairobi', 4),
  ('Old <b>Name</b> & Söhne', '', 'course.xml', '', '', 5),
  ('', '', 'course.xml', '', '', 6);

INSERT INTO student_courseaccessrole (org, course_id, role, user_id) VALUES
  ('', '', 'support', 1),
  ('DemoX', 'course-v1:DemoX+DS101+2026', 'instructor', 2),
  ('DemoX', 'not a course key', 'staff', 2),
  ('', '', 'course_creator_group', 5),
  ('DemoX', '', 'support', 5);

-- One row that is complete, the others as copies of it with another key and other dates.
INSERT INTO course_overviews_courseoverview
  (created, modified, version, id, _location, display_name, display_number_with_default, display_org_with_default,
   start, "end", course_image_url, certificates_show_before_end, cert_html_view_enabled, has_any_active_web_certificate,
   cert_name_short, cert_name_long, lowest_passing_grade, mobile_available, visible_to_staff_only,
   _pre_requisite_courses_json, invitation_only, org, self_paced, eligible_for_financial_aid, banner_image_url,
   allow_proctoring_opt_out, enable_proctored_exams, entrance_exam_enabled, entrance_exam_id,
   entrance_exam_minimum_score_pct, force_on_flexible_peer_openassessments) VALUES
  ('2020-01-01 00:00:00', '2026-01-01 00:00:00', 19, 'course-v1:DemoX+DS101+2026',
   'block-v1:DemoX+DS101+2026+type@course+block@course', 'Data Science 101', 'DS101', 'DemoX',
   '2020-01-01 00:00:00', '2099-01-01 00:00:00', '/asset.jpg', FALSE, TRUE, TRUE,
   '', '', 0.50, TRUE, FALSE, '[]', FALSE, 'DemoX', FALSE, TRUE, '', FALSE, FALSE, FALSE, '', 0.65, FALSE);
INSERT INTO course_overviews_courseoverview
  (created, modified, version, id, _location, display_name, display_number_with_default, display_org_with_default,
   start, "end", course_image_url, certificates_show_before_end, cert_html_view_enabled, has_any_active_web_certificate,
   cert_name_short, cert_name_long, lowest_passing_grade, mobile_available, visible_to_staff_only,
   _pre_requisite_courses_json, invitation_only, org, self_paced, eligible_for_financial_aid, banner_image_url,
   allow_proctoring_opt_out, enable_proctored_exams, entrance_exam_enabled, entrance_exam_id,
   entrance_exam_minimum_score_pct, force_on_flexible_peer_openassessments)
SELECT created, modified, version, other.new_id, other.location, other.name, 'X', 'DemoX',
   other.new_start, other.new_end, '', FALSE, TRUE, TRUE, '', '', NULL, TRUE, FALSE,
   '[]', FALSE, 'DemoX', TRUE, TRUE, '', FALSE, FALSE, FALSE, '', 0.65, FALSE
FROM course_overviews_courseoverview JOIN (
  SELECT 'course-v1:DemoX+NoStart+2026' new_id, 'block-v1:DemoX+NoStart+2026+type@course+block@course' location,
    'Without a start' name, CAST(NULL AS {datetime}) new_start, CAST(NULL AS {datetime}) new_end
  UNION ALL SELECT 'OldX/History/2013_Fall', 'i4x://OldX/History/course/2013_Fall', 'Old History',
    CAST('2013-09-01 00:00:00' AS {datetime}), CAST('2013-12-31 00:00:00' AS {datetime})
  UNION ALL SELECT 'course-v1:DemoX+Case+2026', 'block-v1:DemoX+Case+2026+type@course+block@course', NULL,
    CAST('2020-01-01 00:00:00' AS {datetime}), NULL
  UNION ALL SELECT 'course-v1:DemoX+Future+2098', 'block-v1:DemoX+Future+2098+type@course+block@course', 'In the future',
    CAST('2098-01-01 00:00:00' AS {datetime}), NULL
  UNION ALL SELECT 'course-v1:DemoX+Passed+2026', 'block-v1:DemoX+Passed+2026+type@course+block@course', 'Passed',
    CAST('2020-01-01 00:00:00' AS {datetime}), NULL
  UNION ALL SELECT 'course-v1:DemoX+Enqueued+2026', 'block-v1:DemoX+Enqueued+2026+type@course+block@course', 'Enqueued one',
    CAST('2020-01-01 00:00:00' AS {datetime}), NULL
  UNION ALL SELECT 'course-v1:DemoX+Running+2026', 'block-v1:DemoX+Running+2026+type@course+block@course', 'Running one',
    CAST('2020-01-01 00:00:00' AS {datetime}), NULL
  UNION ALL SELECT 'course-v1:DemoX+Complete+2026', 'block-v1:DemoX+Complete+2026+type@course+block@course', 'Complete one',
    CAST('2020-01-01 00:00:00' AS {datetime}), NULL
  UNION ALL SELECT 'course-v1:DemoX+Failed+2026', 'block-v1:DemoX+Failed+2026+type@course+block@course', 'Failed one',
    CAST('2020-01-01 00:00:00' AS {datetime}), NULL
) other ON course_overviews_courseoverview.id = 'course-v1:DemoX+DS101+2026';

INSERT INTO student_courseenrollment (id, course_id, created, is_active, mode, user_id) VALUES
  (101, 'course-v1:DemoX+DS101+2026', '2026-02-01 00:00:00', TRUE, 'verified', 4),
  (102, 'course-v1:DemoX+NoStart+2026', '2026-02-01 00:00:00', TRUE, 'audit', 4),
  (103, 'course-v1:Gone+X1+2019', '2019-02-01 00:00:00', TRUE, 'honor', 4),
  (104, 'OldX/History/2013_Fall', '2013-09-02 00:00:00', FALSE, 'honor', 4),
  (105, 'course-v1:demox+CASE+2026', NULL, TRUE, 'fnord', 4),
  (106, 'course-v1:broken', '2018-01-01 00:00:00', TRUE, '', 4),
  (107, 'course-v1:DemoX+Future+2098', '2026-02-01 00:00:00', TRUE, 'no-id-professional', 4),
  (108, 'course-v1:DemoX+Passed+2026', '2026-02-01 00:00:00', TRUE, 'verified', 4),
  (109, 'course-v1:DemoX+Enqueued+2026', '2026-02-01 00:00:00', TRUE, 'verified', 4),
  (110, 'course-v1:DemoX+Running+2026', '2026-02-01 00:00:00', TRUE, 'verified', 4),
  (111, 'course-v1:DemoX+Complete+2026', '2026-02-01 00:00:00', TRUE, 'verified', 4),
  (112, 'course-v1:DemoX+Failed+2026', '2026-02-01 00:00:00', TRUE, 'verified', 4),
  (201, 'course-v1:DemoX+DS101+2026', '2026-03-01 00:00:00', TRUE, 'audit', 5);
INSERT INTO student_courseenrollment_history
  (id, created, is_active, mode, history_id, history_date, history_type, course_id, user_id) VALUES
  (101, '2026-02-01 00:00:00', FALSE, 'audit', '0a1b2c3d4e5f60718293a4b5c6d7e8f9', '2026-02-01 00:00:00', '+',
   'course-v1:DemoX+DS101+2026', 4);
INSERT INTO course_modes_coursemode
  (course_id, mode_slug, mode_display_name, min_price, currency, suggested_prices, expiration_datetime_is_explicit) VALUES
  ('course-v1:DemoX+DS101+2026', 'audit', 'Audit', 0, 'usd', '', FALSE),
  ('course-v1:DemoX+DS101+2026', 'verified', 'Verified', 49, 'usd', '', FALSE);

-- Ids above 32 bits; containers, a block that is no longer in the course, an aside, another run, another learner.
INSERT INTO courseware_studentmodule
  (id, module_type, module_id, course_id, state, grade, max_grade, done, created, modified, student_id) VALUES
  (5000000001, 'course', 'block-v1:DemoX+DS101+2026+type@course+block@course', 'course-v1:DemoX+DS101+2026',
   '{"position": 2}', NULL, NULL, 'na', '2026-02-01 00:00:00', '2026-03-01 00:00:00', 4),
  (5000000002, 'sequential', 'block-v1:DemoX+DS101+2026+type@sequential+block@s1', 'course-v1:DemoX+DS101+2026',
   '{"position": 5}', NULL, NULL, 'na', '2026-02-01 00:00:00', '2026-03-01 00:00:00', 4),
  (5000000003, 'problem', 'block-v1:DemoX+DS101+2026+type@problem+block@p1', 'course-v1:DemoX+DS101+2026',
   '{"attempts": 3, "student_answers": {"p1_2_1": "naïve"}}', 1, 3, 'na', '2026-02-01 00:00:00', '2026-03-01 00:00:00', 4),
  (5000000004, 'problem', 'block-v1:DemoX+DS101+2026+type@problem+block@deleted_long_ago', 'course-v1:DemoX+DS101+2026',
   NULL, NULL, NULL, 'na', '2026-02-01 00:00:00', '2026-03-01 00:00:00', 4),
  (5000000005, 'aside', 'aside-usage-v2:block-v1$:DemoX+DS101+2026+type@problem+block@p1::tagging',
   'course-v1:DemoX+DS101+2026', '{}', NULL, NULL, 'na', '2026-02-01 00:00:00', '2026-03-01 00:00:00', 4),
  (5000000006, 'problem', 'this is no usage key', 'course-v1:DemoX+DS101+2026', '{"a": 1}', NULL, NULL, 'na',
   '2026-02-01 00:00:00', '2026-03-01 00:00:00', 4),
  (5000000007, 'problem', 'block-v1:DemoX+Failed+2026+type@problem+block@p1', 'course-v1:DemoX+Failed+2026', '{}', 1, 1,
   'na', '2026-02-01 00:00:00', '2026-03-01 00:00:00', 4),
  (5000000008, 'problem', 'block-v1:DemoX+DS101+2026+type@problem+block@p1', 'course-v1:DemoX+DS101+2026', '{}', 3, 3,
   'na', '2026-02-01 00:00:00', '2026-03-01 00:00:00', 5);
INSERT INTO courseware_studentmodulehistory (version, created, state, grade, max_grade, student_module_id) VALUES
  (NULL, '2026-02-01 00:00:00', '{"attempts": 1}', 0, 3, 705032707);
INSERT INTO coursewarehistoryextended_studentmodulehistoryextended
  (version, created, state, grade, max_grade, id, student_module_id) VALUES
  (NULL, '2026-02-01 00:00:00', '{"attempts": 2}', 0, 3, 6000000001, 5000000003);

INSERT INTO grades_visibleblocks (id, blocks_json, hashed, course_id) VALUES
  (1, '{"blocks": []}', 'sharedByAll=', 'course-v1:DemoX+DS101+2026');
INSERT INTO grades_persistentcoursegrade
  (created, modified, user_id, course_id, course_version, grading_policy_hash, percent_grade, letter_grade) VALUES
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 4, 'course-v1:DemoX+DS101+2026', '', 'x=', 0.25, ''),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 5, 'course-v1:DemoX+DS101+2026', '', 'x=', 0.75, 'Pass'),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 4, 'course-v1:DemoX+Passed+2026', '', 'x=', 0.75, 'Pass');
INSERT INTO grades_persistentsubsectiongrade
  (created, modified, id, user_id, course_id, usage_key, course_version, earned_all, possible_all, earned_graded,
   possible_graded, visible_blocks_hash) VALUES
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 7000000001, 4, 'course-v1:DemoX+DS101+2026',
   'block-v1:DemoX+DS101+2026+type@sequential+block@s1', '', 1, 3, 1, 3, 'sharedByAll='),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 7000000002, 4, 'course-v1:DemoX+DS101+2026',
   'block-v1:DemoX+DS101+2026+type@sequential+block@s2', '', 0, 3, 0, 3, 'sharedByAll='),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 7000000003, 5, 'course-v1:DemoX+DS101+2026',
   'block-v1:DemoX+DS101+2026+type@sequential+block@s1', '', 3, 3, 3, 3, 'sharedByAll=');
INSERT INTO grades_persistentsubsectiongradeoverride
  (created, modified, earned_graded_override, possible_graded_override, grade_id, override_reason, "system") VALUES
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 3, 3, 7000000001, 'Exam was lost', 'GRADEBOOK'),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 3, 3, 7000000003, NULL, NULL);

INSERT INTO completion_blockcompletion (created, modified, course_key, block_key, block_type, completion, user_id) VALUES
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 'course-v1:DemoX+DS101+2026',
   'block-v1:DemoX+DS101+2026+type@problem+block@p1', 'problem', 1, 4),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 'course-v1:DemoX+DS101+2026',
   'block-v1:DemoX+DS101+2026+type@video+block@v1', 'video', 0, 4),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 'course-v1:DemoX+DS101+2026',
   'block-v1:DemoX+DS101+2026+type@problem+block@p1', 'problem', 1, 5),
  ('2026-02-01 00:00:00', '2026-03-01 00:00:00', 'lib:DemoX:words', 'lb:DemoX:words:problem:p1', 'problem', 1, 4);

INSERT INTO certificates_generatedcertificate
  (course_id, verify_uuid, download_uuid, download_url, grade, "key", distinction, status, mode, name, created_date,
   modified_date, error_reason, user_id) VALUES
  ('course-v1:DemoX+DS101+2026', '', '', '', '0.25', '', FALSE, 'notpassing', 'verified', 'Amina Yusuf',
   '2026-03-01 00:00:00', '2026-03-01 00:00:00', '', 4),
  ('course-v1:DemoX+DS101+2026', 'verify', 'download', 'https://example.org/1.pdf', '0.75', '', FALSE, 'downloadable',
   'audit', 'Old Name', '2026-03-01 00:00:00', '2026-03-01 00:00:00', '', 5);
INSERT INTO schedules_schedule (created, modified, active, upgrade_deadline, enrollment_id, start_date) VALUES
  ('2026-03-01 00:00:00', '2026-03-01 00:00:00', TRUE, NULL, 201, '2026-03-01 00:00:00');

-- The opt-in of the run in odd letter case is written in a third way. Audits: of the LMS's own tool, in every status.
INSERT INTO support_courseresetcourseoptin (id, created, modified, course_id, active) VALUES
  (1, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+DS101+2026', TRUE),
  (2, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+NoStart+2026', TRUE),
  (3, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:Gone+X1+2019', TRUE),
  (4, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'OldX/History/2013_Fall', TRUE),
  (5, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DEMOX+Case+2026', TRUE),
  (6, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+Future+2098', TRUE),
  (7, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+Passed+2026', TRUE),
  (8, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+Enqueued+2026', TRUE),
  (9, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+Running+2026', TRUE),
  (10, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+Complete+2026', TRUE),
  (11, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 'course-v1:DemoX+Failed+2026', TRUE);
INSERT INTO support_courseresetaudit
  (id, created, modified, status, completed_at, course_id, course_enrollment_id, reset_by_id, comment) VALUES
  (1, '2026-05-01 00:00:00', '2026-05-01 00:00:00', 'enqueued', NULL, 8, 109, 1, ''),
  (2, '2026-05-01 00:00:00', '2026-05-01 00:01:00', 'in_progress', NULL, 9, 110, 1, 'asked by phone'),
  (3, '2026-05-01 00:00:00', '2026-05-01 00:02:00', 'complete', '2026-05-01 00:02:00', 10, 111, 3, 'ticket 7'),
  (4, '2026-05-01 00:00:00', '2026-05-01 00:03:00', 'failed', '2026-05-01 00:02:00', 11, 112, 1, '');

-- Cohorts. 3 has no row that says how learners get in, 4 is named like 1 in other letters of its course key, and 5 is a
-- kind that the LMS does not know. Amina's membership has no row among the members; the account without a profile is
-- a member without a membership; "old name" is in a cohort of a run that is gone.
INSERT INTO course_groups_courseusergroup (id, name, course_id, group_type) VALUES
  (1, 'Default Group', 'course-v1:DemoX+DS101+2026', 'cohort'),
  (2, 'Ünïts & <b>friends</b>', 'course-v1:DemoX+DS101+2026', 'cohort'),
  (3, 'No type', 'course-v1:DemoX+DS101+2026', 'cohort'),
  (4, 'Default Group', 'course-v1:demox+CASE+2026', 'cohort'),
  (5, 'Mystery', 'course-v1:DemoX+DS101+2026', 'fnord'),
  (6, 'Gone', 'course-v1:Gone+X1+2019', 'cohort'),
  (7, 'Old', 'OldX/History/2013_Fall', 'cohort');
INSERT INTO course_groups_coursecohort (assignment_type, course_user_group_id) VALUES
  ('random', 1), ('manual', 2), ('weekday', 4), ('manual', 6), ('random', 7);
INSERT INTO course_groups_coursecohortssettings
  (is_cohorted, course_id, cohorted_discussions, always_cohort_inline_discussions) VALUES
  (TRUE, 'course-v1:DemoX+DS101+2026', '[]', FALSE),
  (TRUE, 'course-v1:DEMOX+Case+2026', NULL, TRUE),
  (FALSE, 'OldX/History/2013_Fall', NULL, FALSE);
INSERT INTO course_groups_courseusergroup_users (courseusergroup_id, user_id) VALUES (1, 5), (2, 7), (6, 5);
INSERT INTO course_groups_cohortmembership (course_id, course_user_group_id, user_id) VALUES
  ('course-v1:DemoX+DS101+2026', 2, 4),
  ('course-v1:DemoX+DS101+2026', 1, 5),
  ('course-v1:Gone+X1+2019', 6, 5);
INSERT INTO course_groups_courseusergrouppartitiongroup
  (partition_id, group_id, created_at, updated_at, course_user_group_id) VALUES
  (50, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00', 2),
  (0, 0, '2014-01-01 00:00:00', '2014-01-01 00:00:00', 7);
INSERT INTO course_groups_unregisteredlearnercohortassignments (email, course_id, course_user_group_id) VALUES
  ('later@example.org', 'course-v1:DemoX+DS101+2026', 2), ('', 'course-v1:Gone+X1+2019', 6);
INSERT INTO bulk_email_target (id, target_type) VALUES (1, 'cohort');
INSERT INTO bulk_email_cohorttarget (target_ptr_id, cohort_id) VALUES (1, 2);
INSERT INTO verified_track_content_verifiedtrackcohortedcourse (course_key, enabled, verified_cohort_name) VALUES
  ('course-v1:DemoX+DS101+2026', FALSE, 'Verified Learners');
INSERT INTO user_api_usercoursetag ("key", course_id, value, user_id) VALUES
  ('xblock.partition_service.partition_7', 'course-v1:DemoX+DS101+2026', '3', 4),
  ('xblock.partition_service.partition_x', 'course-v1:DemoX+DS101+2026', 'three', 5);
INSERT INTO teams_courseteam
  (id, team_id, discussion_topic_id, name, course_id, topic_id, date_created, description, country, language,
   last_activity_at, team_size, organization_protected) VALUES
  (1, 'a-1', 'b-1', 'Owls', 'course-v1:DemoX+DS101+2026', 'set-1', '2026-01-01 00:00:00', '', '', '',
   '2026-01-01 00:00:00', 1, FALSE);
INSERT INTO teams_courseteammembership (date_joined, last_activity_at, team_id, user_id) VALUES
  ('2026-01-01 00:00:00', '2026-01-01 00:00:00', 1, 5);

-- A customer with two defaults; Amina is its learner, and somebody whose account is gone. UUIDs without dashes.
INSERT INTO django_site (id, domain, name) VALUES (1, 'example.org', 'example.org');
INSERT INTO enterprise_enterprisecustomertype (id, created, modified, name) VALUES
  (1, '2020-01-01 00:00:00', '2020-01-01 00:00:00', 'Enterprise');
INSERT INTO enterprise_enterprisecustomer
  (created, modified, uuid, name, slug, active, country, enable_data_sharing_consent, enforce_data_sharing_consent,
   enable_audit_enrollment, enable_audit_data_reporting, enable_learner_portal, enable_slug_login, enable_universal_link,
   learner_portal_sidebar_content, customer_type_id, site_id) VALUES
  ('2020-01-01 00:00:00', '2020-01-01 00:00:00', '0a1b2c3d4e5f60718293a4b5c6d7e8f0', 'Acme & Söhne', 'acme', TRUE, NULL,
   TRUE, 'at_enrollment', TRUE, FALSE, TRUE, FALSE, FALSE, '', 1, 1);
INSERT INTO enterprise_enterprisecustomeruser
  (id, created, modified, user_id, user_fk, active, linked, is_relinkable, should_inactivate_other_customers,
   enterprise_customer_id) VALUES
  (1, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 4, 4, TRUE, TRUE, TRUE, TRUE, '0a1b2c3d4e5f60718293a4b5c6d7e8f0'),
  (2, '2025-01-01 00:00:00', '2025-01-01 00:00:00', 999, NULL, TRUE, FALSE, TRUE, TRUE, '0a1b2c3d4e5f60718293a4b5c6d7e8f0');
INSERT INTO enterprise_enterpriseenrollmentsource (id, created, modified, name, slug) VALUES
  (1, '2020-01-01 00:00:00', '2020-01-01 00:00:00', 'Customer Admin Enrollment', 'customer_admin');
INSERT INTO enterprise_defaultenterpriseenrollmentintention
  (created, modified, is_removed, uuid, content_type, content_key, enterprise_customer_id) VALUES
  ('2026-01-01 00:00:00', '2026-01-01 00:00:00', FALSE, '1a1b2c3d4e5f60718293a4b5c6d7e8f1', 'course_run',
   'course-v1:DemoX+Future+2098', '0a1b2c3d4e5f60718293a4b5c6d7e8f0'),
  ('2026-01-01 00:00:00', '2026-01-01 00:00:00', TRUE, '1a1b2c3d4e5f60718293a4b5c6d7e8f2', NULL,
   'no key at all', '0a1b2c3d4e5f60718293a4b5c6d7e8f0');
