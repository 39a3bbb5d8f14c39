-- The tables of an LMS that Lectern reads or writes, as an LMS has them: written from the platform's own schema, not
-- from Lectern's migrations. The database is an old one that grew: tables of the first years are utf8 (three bytes),
-- later ones utf8mb4, and two were converted, into a collation that is not that of the later ones; names of indexes and
-- constraints are of different ages; no column has a default.

CREATE TABLE django_content_type (
  id int(11) NOT NULL AUTO_INCREMENT,
  app_label varchar(100) NOT NULL,
  model varchar(100) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY django_content_type_app_label_model_76bd3d3b_uniq (app_label, model)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE django_migrations (
  id int(11) NOT NULL AUTO_INCREMENT,
  app varchar(255) NOT NULL,
  name varchar(255) NOT NULL,
  applied datetime(6) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE django_session (
  session_key varchar(40) NOT NULL,
  session_data longtext NOT NULL,
  expire_date datetime(6) NOT NULL,
  PRIMARY KEY (session_key),
  KEY django_session_de54fa62 (expire_date)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE django_site (
  id int(11) NOT NULL AUTO_INCREMENT,
  domain varchar(100) NOT NULL,
  name varchar(50) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY django_site_domain_a2e37b91_uniq (domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE auth_group (
  id int(11) NOT NULL AUTO_INCREMENT,
  name varchar(150) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE auth_permission (
  id int(11) NOT NULL AUTO_INCREMENT,
  name varchar(255) NOT NULL,
  content_type_id int(11) NOT NULL,
  codename varchar(100) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY auth_permission_content_type_id_codename_01ab375a_uniq (content_type_id, codename),
  CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co
    FOREIGN KEY (content_type_id) REFERENCES django_content_type (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE auth_group_permissions (
  id int(11) NOT NULL AUTO_INCREMENT,
  group_id int(11) NOT NULL,
  permission_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY auth_group_permissions_group_id_permission_id_0cd325b0_uniq (group_id, permission_id),
  CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk FOREIGN KEY (group_id) REFERENCES auth_group (id),
  CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk FOREIGN KEY (permission_id) REFERENCES auth_permission (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE auth_user (
  id int(11) NOT NULL AUTO_INCREMENT,
  password varchar(128) NOT NULL,
  last_login datetime(6) DEFAULT NULL,
  is_superuser tinyint(1) NOT NULL,
  username varchar(150) NOT NULL,
  first_name varchar(150) NOT NULL,
  last_name varchar(150) NOT NULL,
  email varchar(254) NOT NULL,
  is_staff tinyint(1) NOT NULL,
  is_active tinyint(1) NOT NULL,
  date_joined datetime(6) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY username (username),
  UNIQUE KEY email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE auth_user_groups (
  id int(11) NOT NULL AUTO_INCREMENT,
  user_id int(11) NOT NULL,
  group_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY auth_user_groups_user_id_group_id_94350c0c_uniq (user_id, group_id),
  CONSTRAINT auth_user_groups_user_id_6a12ed8b_fk FOREIGN KEY (user_id) REFERENCES auth_user (id),
  CONSTRAINT auth_user_groups_group_id_97559544_fk FOREIGN KEY (group_id) REFERENCES auth_group (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE auth_user_user_permissions (
  id int(11) NOT NULL AUTO_INCREMENT,
  user_id int(11) NOT NULL,
  permission_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY auth_user_user_permissions_user_id_permission_id_14a6b632_uniq (user_id, permission_id),
  CONSTRAINT auth_user_user_permissions_user_id_a95ead1b_fk FOREIGN KEY (user_id) REFERENCES auth_user (id),
  CONSTRAINT auth_user_user_permi_permission_id_1fbb5f2c_fk FOREIGN KEY (permission_id) REFERENCES auth_permission (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE django_admin_log (
  id int(11) NOT NULL AUTO_INCREMENT,
  action_time datetime(6) NOT NULL,
  object_id longtext DEFAULT NULL,
  object_repr varchar(200) NOT NULL,
  action_flag smallint(5) unsigned NOT NULL,
  change_message longtext NOT NULL,
  content_type_id int(11) DEFAULT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk FOREIGN KEY (content_type_id) REFERENCES django_content_type (id),
  CONSTRAINT django_admin_log_user_id_c564eba6_fk FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE auth_userprofile (
  id int(11) NOT NULL AUTO_INCREMENT,
  name varchar(255) NOT NULL,
  meta longtext NOT NULL,
  courseware varchar(255) NOT NULL,
  language varchar(255) NOT NULL,
  location varchar(255) NOT NULL,
  year_of_birth int(11) DEFAULT NULL,
  gender varchar(6) DEFAULT NULL,
  level_of_education varchar(6) DEFAULT NULL,
  mailing_address longtext DEFAULT NULL,
  city longtext DEFAULT NULL,
  country varchar(2) DEFAULT NULL,
  goals longtext DEFAULT NULL,
  bio varchar(3000) DEFAULT NULL,
  profile_image_uploaded_at datetime(6) DEFAULT NULL,
  user_id int(11) NOT NULL,
  phone_number varchar(50) DEFAULT NULL,
  state varchar(2) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY user_id (user_id),
  KEY auth_userprofile_b068931c (name),
  KEY auth_userprofile_8512ae7d (language),
  KEY auth_userprofile_d5189de0 (location),
  CONSTRAINT auth_userprofile_user_id_62634b27_fk FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE student_courseaccessrole (
  id int(11) NOT NULL AUTO_INCREMENT,
  org varchar(64) NOT NULL,
  course_id varchar(255) NOT NULL,
  role varchar(64) NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY student_courseaccessrole_user_id_4a8ac0ab8a9dff9c_uniq (user_id, org, course_id, role),
  KEY student_courseaccessrole_9cf0d3a6 (org),
  KEY student_courseaccessrole_ea134da7 (course_id),
  KEY student_courseaccessrole_29a7e964 (role),
  CONSTRAINT student_courseaccessrole_user_id_90cf21fe_fk FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_overviews_courseoverview (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  version int(11) NOT NULL,
  id varchar(255) NOT NULL,
  _location varchar(255) NOT NULL,
  display_name longtext DEFAULT NULL,
  display_number_with_default longtext NOT NULL,
  display_org_with_default longtext NOT NULL,
  start datetime(6) DEFAULT NULL,
  `end` datetime(6) DEFAULT NULL,
  advertised_start longtext DEFAULT NULL,
  course_image_url longtext NOT NULL,
  social_sharing_url longtext DEFAULT NULL,
  end_of_course_survey_url longtext DEFAULT NULL,
  certificates_display_behavior longtext DEFAULT NULL,
  certificates_show_before_end tinyint(1) NOT NULL,
  cert_html_view_enabled tinyint(1) NOT NULL,
  has_any_active_web_certificate tinyint(1) NOT NULL,
  cert_name_short longtext NOT NULL,
  cert_name_long longtext NOT NULL,
  lowest_passing_grade decimal(5,2) DEFAULT NULL,
  days_early_for_beta double DEFAULT NULL,
  mobile_available tinyint(1) NOT NULL,
  visible_to_staff_only tinyint(1) NOT NULL,
  _pre_requisite_courses_json longtext NOT NULL,
  enrollment_start datetime(6) DEFAULT NULL,
  enrollment_end datetime(6) DEFAULT NULL,
  enrollment_domain longtext DEFAULT NULL,
  invitation_only tinyint(1) NOT NULL,
  max_student_enrollments_allowed int(11) DEFAULT NULL,
  announcement datetime(6) DEFAULT NULL,
  catalog_visibility longtext DEFAULT NULL,
  course_video_url longtext DEFAULT NULL,
  effort longtext DEFAULT NULL,
  short_description longtext DEFAULT NULL,
  org longtext NOT NULL,
  self_paced tinyint(1) NOT NULL,
  marketing_url longtext DEFAULT NULL,
  eligible_for_financial_aid tinyint(1) NOT NULL,
  language longtext DEFAULT NULL,
  certificate_available_date datetime(6) DEFAULT NULL,
  end_date datetime(6) DEFAULT NULL,
  start_date datetime(6) DEFAULT NULL,
  banner_image_url longtext NOT NULL,
  has_highlights tinyint(1) DEFAULT NULL,
  allow_proctoring_opt_out tinyint(1) NOT NULL,
  enable_proctored_exams tinyint(1) NOT NULL,
  proctoring_escalation_email longtext DEFAULT NULL,
  proctoring_provider longtext DEFAULT NULL,
  entrance_exam_enabled tinyint(1) NOT NULL,
  entrance_exam_id varchar(255) NOT NULL,
  entrance_exam_minimum_score_pct double NOT NULL,
  external_id varchar(128) DEFAULT NULL,
  force_on_flexible_peer_openassessments tinyint(1) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE student_courseenrollment (
  id int(11) NOT NULL AUTO_INCREMENT,
  course_id varchar(255) NOT NULL,
  created datetime(6) DEFAULT NULL,
  is_active tinyint(1) NOT NULL,
  mode varchar(100) NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY student_courseenrollment_user_id_course_id_5d34a47f_uniq (user_id, course_id),
  KEY student_courseenrollment_ea134da7 (course_id),
  KEY student_courseenrollment_e2fa5388 (created),
  KEY student_cou_user_id_b19dcd_idx (user_id, created),
  CONSTRAINT student_courseenrollment_user_id_4263a8e2_fk FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE student_courseenrollment_history (
  id int(11) NOT NULL,
  created datetime(6) DEFAULT NULL,
  is_active tinyint(1) NOT NULL,
  mode varchar(100) NOT NULL,
  history_id char(32) NOT NULL,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  course_id varchar(255) DEFAULT NULL,
  history_user_id int(11) DEFAULT NULL,
  user_id int(11) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY student_courseenrollment_history_id_2d80b9b3 (id),
  KEY student_courseenrollment_history_course_id_98f13917 (course_id),
  KEY student_courseenrollment_history_user_id_99915165 (user_id),
  CONSTRAINT student_courseenroll_history_user_id_7065c772_fk FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_modes_coursemode (
  id int(11) NOT NULL AUTO_INCREMENT,
  course_id varchar(255) NOT NULL,
  mode_slug varchar(100) NOT NULL,
  mode_display_name varchar(255) NOT NULL,
  min_price int(11) NOT NULL,
  currency varchar(8) NOT NULL,
  expiration_datetime datetime(6) DEFAULT NULL,
  expiration_date date DEFAULT NULL,
  suggested_prices varchar(255) NOT NULL,
  description longtext DEFAULT NULL,
  sku varchar(255) DEFAULT NULL,
  expiration_datetime_is_explicit tinyint(1) NOT NULL,
  bulk_sku varchar(255) DEFAULT NULL,
  android_sku varchar(255) DEFAULT NULL,
  ios_sku varchar(255) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_modes_coursemode_course_id_33ca1dd0ec91e08a_uniq (course_id, mode_slug, currency),
  KEY course_modes_coursemode_ea134da7 (course_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE courseware_studentmodule (
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  module_type varchar(32) NOT NULL,
  module_id varchar(255) NOT NULL,
  course_id varchar(255) NOT NULL,
  state longtext DEFAULT NULL,
  grade double DEFAULT NULL,
  max_grade double DEFAULT NULL,
  done varchar(8) NOT NULL,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  student_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY courseware_studentmodule_student_id_module_id_cou_48e8deef_uniq (student_id, module_id, course_id),
  KEY courseware_studentmodule_module_type_f4f8863f (module_type),
  KEY courseware_studentmodule_course_id_0637cb49 (course_id),
  KEY courseware_studentmodule_grade_adac1ba7 (grade),
  KEY courseware_studentmodule_created_9976b4ad (created),
  KEY courseware_studentmodule_modified_f6a0b0cc (modified),
  KEY courseware_stats (module_id, grade, student_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE courseware_studentmodulehistory (
  id int(11) NOT NULL AUTO_INCREMENT,
  version varchar(255) DEFAULT NULL,
  created datetime(6) NOT NULL,
  state longtext DEFAULT NULL,
  grade double DEFAULT NULL,
  max_grade double DEFAULT NULL,
  student_module_id int(11) NOT NULL,
  PRIMARY KEY (id),
  KEY courseware_studentmodulehistory_2af72f10 (version),
  KEY courseware_studentmodulehistory_e2fa5388 (created),
  KEY courseware_studentmodulehistory_student_module_id_6efc64cf (student_module_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE coursewarehistoryextended_studentmodulehistoryextended (
  version varchar(255) DEFAULT NULL,
  created datetime(6) NOT NULL,
  state longtext DEFAULT NULL,
  grade double DEFAULT NULL,
  max_grade double DEFAULT NULL,
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  student_module_id bigint(20) unsigned NOT NULL,
  PRIMARY KEY (id),
  KEY student_module_idx (student_module_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE grades_visibleblocks (
  id int(11) NOT NULL AUTO_INCREMENT,
  blocks_json longtext NOT NULL,
  hashed varchar(100) NOT NULL,
  course_id varchar(255) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY hashed (hashed),
  KEY grades_visibleblocks_course_id_d70f8206 (course_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE grades_persistentcoursegrade (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  user_id int(11) NOT NULL,
  course_id varchar(255) NOT NULL,
  course_edited_timestamp datetime(6) DEFAULT NULL,
  course_version varchar(255) NOT NULL,
  grading_policy_hash varchar(255) NOT NULL,
  percent_grade double NOT NULL,
  letter_grade varchar(255) NOT NULL,
  passed_timestamp datetime(6) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY grades_persistentcoursegrade_course_id_user_id_e393b0ed_uniq (course_id, user_id),
  KEY grades_persistentcoursegrade_user_id_b2296589 (user_id),
  KEY grades_persistentcoursegrade_passed_timestamp_course_id (passed_timestamp, course_id),
  KEY grades_persistentcoursegrade_modified_course_id (modified, course_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE grades_persistentsubsectiongrade (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  user_id int(11) NOT NULL,
  course_id varchar(255) NOT NULL,
  usage_key varchar(255) NOT NULL,
  subtree_edited_timestamp datetime(6) DEFAULT NULL,
  course_version varchar(255) NOT NULL,
  earned_all double NOT NULL,
  possible_all double NOT NULL,
  earned_graded double NOT NULL,
  possible_graded double NOT NULL,
  visible_blocks_hash varchar(100) NOT NULL,
  first_attempted datetime(6) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY grades_persistentsubsect_course_id_user_id_usage_42820224_uniq (course_id, user_id, usage_key),
  KEY grades_persistentsubsectio_modified_course_id_usage_k_80ad3cf6 (modified, course_id, usage_key),
  KEY grades_persistentsubsectio_first_attempted_course_id_f59f063c (first_attempted, course_id, user_id),
  CONSTRAINT grades_persistentsub_visible_blocks_hash_20836274_fk
    FOREIGN KEY (visible_blocks_hash) REFERENCES grades_visibleblocks (hashed)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE grades_persistentsubsectiongradeoverride (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  earned_all_override double DEFAULT NULL,
  possible_all_override double DEFAULT NULL,
  earned_graded_override double DEFAULT NULL,
  possible_graded_override double DEFAULT NULL,
  grade_id bigint(20) unsigned NOT NULL,
  override_reason varchar(300) DEFAULT NULL,
  `system` varchar(100) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY grade_id (grade_id),
  KEY grades_persistentsubsectiongradeoverride_created_f80819d0 (created),
  KEY grades_persistentsubsectiongradeoverride_modified_21efde2a (modified),
  CONSTRAINT grades_persistentsub_grade_id_74123016_fk
    FOREIGN KEY (grade_id) REFERENCES grades_persistentsubsectiongrade (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE grades_historicalpersistentsubsectiongradeoverride (
  id int(11) NOT NULL,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  earned_all_override double DEFAULT NULL,
  possible_all_override double DEFAULT NULL,
  earned_graded_override double DEFAULT NULL,
  possible_graded_override double DEFAULT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  grade_id bigint(20) unsigned DEFAULT NULL,
  history_user_id int(11) DEFAULT NULL,
  override_reason varchar(300) DEFAULT NULL,
  `system` varchar(100) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY grades_historicalpersistentsubsectiongradeoverride_id_e30d8953 (id),
  KEY grades_historicalpersisten_grade_id_ecfb45cc (grade_id),
  CONSTRAINT grades_historicalper_history_user_id_05000562_fk FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE completion_blockcompletion (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  id bigint(20) NOT NULL AUTO_INCREMENT,
  course_key varchar(255) NOT NULL,
  block_key varchar(255) NOT NULL,
  block_type varchar(64) NOT NULL,
  completion double NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY completion_blockcompleti_course_key_block_key_use_b15bac54_uniq (course_key, block_key, user_id),
  KEY completion_course_key_block_type_user_4d675ccd_idx (course_key, block_type, user_id),
  KEY completion_user_id_course_key_modifie_ed54b137_idx (user_id, course_key, modified),
  CONSTRAINT completion_blockcompletion_user_id_20994c23_fk FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE certificates_generatedcertificate (
  id int(11) NOT NULL AUTO_INCREMENT,
  course_id varchar(255) NOT NULL,
  verify_uuid varchar(32) NOT NULL,
  download_uuid varchar(32) NOT NULL,
  download_url varchar(128) NOT NULL,
  grade varchar(5) NOT NULL,
  `key` varchar(32) NOT NULL,
  distinction tinyint(1) NOT NULL,
  status varchar(32) NOT NULL,
  mode varchar(32) NOT NULL,
  name varchar(255) NOT NULL,
  created_date datetime(6) NOT NULL,
  modified_date datetime(6) NOT NULL,
  error_reason varchar(512) NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY certificates_generatedce_user_id_course_id_fc8ab0d6_uniq (user_id, course_id),
  KEY certificates_generatedcertificate_verify_uuid_97405316 (verify_uuid),
  CONSTRAINT certificates_generatedcertificate_user_id_54119d22_fk FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE certificates_historicalgeneratedcertificate (
  id int(11) NOT NULL,
  course_id varchar(255) NOT NULL,
  verify_uuid varchar(32) NOT NULL,
  download_uuid varchar(32) NOT NULL,
  download_url varchar(128) NOT NULL,
  grade varchar(5) NOT NULL,
  `key` varchar(32) NOT NULL,
  distinction tinyint(1) NOT NULL,
  status varchar(32) NOT NULL,
  mode varchar(32) NOT NULL,
  name varchar(255) NOT NULL,
  created_date datetime(6) NOT NULL,
  modified_date datetime(6) NOT NULL,
  error_reason varchar(512) NOT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  history_user_id int(11) DEFAULT NULL,
  user_id int(11) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY certificates_historicalgeneratedcertificate_id_269c8929 (id),
  CONSTRAINT certificates_histori_history_user_id_1b53bc5b_fk_auth_user FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE schedules_schedule (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  active tinyint(1) NOT NULL,
  upgrade_deadline datetime(6) DEFAULT NULL,
  enrollment_id int(11) NOT NULL,
  start_date datetime(6) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY schedules_schedule_enrollment_id (enrollment_id),
  KEY schedules_schedule_upgrade_deadline_0079081d (upgrade_deadline),
  KEY schedules_schedule_start_date_3a1c341e (start_date),
  CONSTRAINT schedules_schedule_enrollment_id_91bf8152_fk_student_c FOREIGN KEY (enrollment_id) REFERENCES student_courseenrollment (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE schedules_historicalschedule (
  id int(11) NOT NULL,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  active tinyint(1) NOT NULL,
  upgrade_deadline datetime(6) DEFAULT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  enrollment_id int(11) DEFAULT NULL,
  history_user_id int(11) DEFAULT NULL,
  start_date datetime(6) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY schedules_historicalschedule_id_4b4c4d4e (id),
  CONSTRAINT schedules_historical_history_user_id_6f5d6d7b_fk_auth_user FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE support_courseresetcourseoptin (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  course_id varchar(255) NOT NULL,
  active tinyint(1) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY support_courseresetcourseoptin_course_id_e6fd556d_uniq (course_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE support_courseresetaudit (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  status varchar(12) NOT NULL,
  completed_at datetime(6) DEFAULT NULL,
  course_id int(11) NOT NULL,
  course_enrollment_id int(11) NOT NULL,
  reset_by_id int(11) NOT NULL,
  comment varchar(255) NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT support_coursereseta_course_id_ffa23622_fk_support_c
    FOREIGN KEY (course_id) REFERENCES support_courseresetcourseoptin (id),
  CONSTRAINT support_coursereseta_course_enrollment_id_41df79ed_fk_student_c
    FOREIGN KEY (course_enrollment_id) REFERENCES student_courseenrollment (id),
  CONSTRAINT support_courseresetaudit_reset_by_id_db8ba7f6_fk_auth_user_id
    FOREIGN KEY (reset_by_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE course_groups_courseusergroup (
  id int(11) NOT NULL AUTO_INCREMENT,
  name varchar(255) NOT NULL,
  course_id varchar(255) NOT NULL,
  group_type varchar(20) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_groups_courseusergroup_name_63f7511804c52f38_uniq (name, course_id),
  KEY course_groups_courseusergroup_ff48d8e5 (course_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_groups_courseusergroup_users (
  id int(11) NOT NULL AUTO_INCREMENT,
  courseusergroup_id int(11) NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_groups_courseuser_courseusergroup_id_46691806058983_uniq (courseusergroup_id, user_id),
  KEY course_groups_courseusergr_user_id_779390fdbf33b47a_fk_aut_uniq (user_id),
  CONSTRAINT course_groups_courseusergr_user_id_779390fdbf33b47a_fk_auth_user FOREIGN KEY (user_id) REFERENCES auth_user (id),
  CONSTRAINT ddb7a2cb17c1b7f2dc27c4d8ddbbc6b2
    FOREIGN KEY (courseusergroup_id) REFERENCES course_groups_courseusergroup (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_groups_cohortmembership (
  id int(11) NOT NULL AUTO_INCREMENT,
  course_id varchar(255) NOT NULL,
  course_user_group_id int(11) NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_groups_cohortmembership_user_id_395bddd0389ed7da_uniq (user_id, course_id),
  KEY course_groups_cohortmembership_6e438ee3 (course_user_group_id),
  CONSTRAINT d004e77c965054d46217a8bd48bcaec8
    FOREIGN KEY (course_user_group_id) REFERENCES course_groups_courseusergroup (id),
  CONSTRAINT course_groups_cohortmember_user_id_15d408bf736398bf_fk_auth_user FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_groups_coursecohort (
  id int(11) NOT NULL AUTO_INCREMENT,
  assignment_type varchar(20) NOT NULL,
  course_user_group_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_user_group_id (course_user_group_id),
  CONSTRAINT d7d2d8a5a9a1a2a4c0e3e2dfa5a2c3a1
    FOREIGN KEY (course_user_group_id) REFERENCES course_groups_courseusergroup (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_groups_coursecohortssettings (
  id int(11) NOT NULL AUTO_INCREMENT,
  is_cohorted tinyint(1) NOT NULL,
  course_id varchar(255) NOT NULL,
  cohorted_discussions longtext DEFAULT NULL,
  always_cohort_inline_discussions tinyint(1) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_id (course_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_groups_courseusergrouppartitiongroup (
  id int(11) NOT NULL AUTO_INCREMENT,
  partition_id int(11) NOT NULL,
  group_id int(11) NOT NULL,
  created_at datetime(6) NOT NULL,
  updated_at datetime(6) NOT NULL,
  course_user_group_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_user_group_id (course_user_group_id),
  CONSTRAINT db3c3ee0a0f8f9c6a21dff0e19c3f7c7
    FOREIGN KEY (course_user_group_id) REFERENCES course_groups_courseusergroup (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE course_groups_unregisteredlearnercohortassignments (
  id int(11) NOT NULL AUTO_INCREMENT,
  email varchar(255) NOT NULL,
  course_id varchar(255) NOT NULL,
  course_user_group_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_groups_unregisteredlearnerco_course_id_6a87fb4d_uniq (course_id, email),
  KEY course_groups_unregisteredlearnercohortassignments_email_0_uniq (email),
  CONSTRAINT course_groups_unregi_course_user_group_id_ee060a45_fk_course_gr
    FOREIGN KEY (course_user_group_id) REFERENCES course_groups_courseusergroup (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE bulk_email_target (
  id int(11) NOT NULL AUTO_INCREMENT,
  target_type varchar(64) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE bulk_email_cohorttarget (
  target_ptr_id int(11) NOT NULL,
  cohort_id int(11) NOT NULL,
  PRIMARY KEY (target_ptr_id),
  CONSTRAINT bulk_email_cohorttar_cohort_id_096f39c9_fk_course_gr
    FOREIGN KEY (cohort_id) REFERENCES course_groups_courseusergroup (id),
  CONSTRAINT bulk_email_cohorttar_target_ptr_id_7e1a1a40_fk_bulk_emai
    FOREIGN KEY (target_ptr_id) REFERENCES bulk_email_target (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE verified_track_content_verifiedtrackcohortedcourse (
  id int(11) NOT NULL AUTO_INCREMENT,
  course_key varchar(255) NOT NULL,
  enabled tinyint(1) NOT NULL,
  verified_cohort_name varchar(100) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY course_key (course_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE user_api_usercoursetag (
  id int(11) NOT NULL AUTO_INCREMENT,
  `key` varchar(255) NOT NULL,
  course_id varchar(255) NOT NULL,
  value longtext NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY user_api_usercoursetag_user_id_course_id_key_d73150ab_uniq (user_id, course_id, `key`),
  KEY user_api_usercoursetag_key_d6420575 (`key`),
  KEY user_api_usercoursetag_course_id_a336d583 (course_id),
  CONSTRAINT user_api_usercoursetag_user_id_106a4cbc_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE teams_courseteam (
  id int(11) NOT NULL AUTO_INCREMENT,
  team_id varchar(255) NOT NULL,
  discussion_topic_id varchar(255) NOT NULL,
  name varchar(255) NOT NULL,
  course_id varchar(255) NOT NULL,
  topic_id varchar(255) NOT NULL,
  date_created datetime(6) NOT NULL,
  description varchar(300) NOT NULL,
  country varchar(2) NOT NULL,
  language varchar(16) NOT NULL,
  last_activity_at datetime(6) NOT NULL,
  team_size int(11) NOT NULL,
  organization_protected tinyint(1) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY team_id (team_id),
  UNIQUE KEY discussion_topic_id (discussion_topic_id),
  KEY teams_courseteam_name_3bef5f8c (name),
  KEY teams_courseteam_course_id_1e7dbede (course_id),
  KEY teams_courseteam_topic_id_4d4f5d0d (topic_id),
  KEY teams_courseteam_last_activity_at_376db5d3 (last_activity_at),
  KEY teams_courseteam_team_size_d264574e (team_size)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE teams_courseteammembership (
  id int(11) NOT NULL AUTO_INCREMENT,
  date_joined datetime(6) NOT NULL,
  last_activity_at datetime(6) NOT NULL,
  team_id int(11) NOT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY teams_courseteammembership_user_id_team_id_aa45a20c_uniq (user_id, team_id),
  CONSTRAINT teams_courseteammembership_team_id_b021eccd_fk_teams_cours_uniq
    FOREIGN KEY (team_id) REFERENCES teams_courseteam (id),
  CONSTRAINT teams_courseteammembership_user_id_18f9ff5d_fk_auth_user_id FOREIGN KEY (user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
