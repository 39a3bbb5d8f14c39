-- The tables of edx-enterprise, which an LMS may lack. UUIDs are char(32), as MySQL has them.

CREATE TABLE enterprise_enterprisecustomertype (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  name varchar(25) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_enterprisecustomer (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  uuid char(32) NOT NULL,
  name varchar(255) NOT NULL,
  slug varchar(30) NOT NULL,
  auth_org_id varchar(80) DEFAULT NULL,
  active tinyint(1) NOT NULL,
  country varchar(2) DEFAULT NULL,
  enable_data_sharing_consent tinyint(1) NOT NULL,
  enforce_data_sharing_consent varchar(25) NOT NULL,
  enable_audit_enrollment tinyint(1) NOT NULL,
  enable_audit_data_reporting tinyint(1) NOT NULL,
  enable_learner_portal tinyint(1) NOT NULL,
  enable_slug_login tinyint(1) NOT NULL,
  enable_universal_link tinyint(1) NOT NULL,
  contact_email varchar(254) DEFAULT NULL,
  default_contract_discount decimal(8,5) DEFAULT NULL,
  learner_portal_sidebar_content longtext NOT NULL,
  customer_type_id int(11) NOT NULL,
  site_id int(11) NOT NULL,
  PRIMARY KEY (uuid),
  UNIQUE KEY enterprise_enterprisecustomer_slug_80411f46_uniq (slug),
  CONSTRAINT enterprise_enterpris_customer_type_id_4b1ee315_fk_enterpris
    FOREIGN KEY (customer_type_id) REFERENCES enterprise_enterprisecustomertype (id),
  CONSTRAINT enterprise_enterprisecustomer_site_id_947ed084_fk FOREIGN KEY (site_id) REFERENCES django_site (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_enterprisecustomercatalog (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  uuid char(32) NOT NULL,
  title varchar(255) NOT NULL,
  content_filter longtext DEFAULT NULL,
  enabled_course_modes longtext NOT NULL,
  publish_audit_enrollment_urls tinyint(1) NOT NULL,
  enterprise_catalog_query_id int(11) DEFAULT NULL,
  enterprise_customer_id char(32) NOT NULL,
  PRIMARY KEY (uuid),
  CONSTRAINT enterprise_enterpris_enterprise_customer__3b4660ad_fk_enterpris
    FOREIGN KEY (enterprise_customer_id) REFERENCES enterprise_enterprisecustomer (uuid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_enterprisecustomeruser (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  user_id int(10) unsigned NOT NULL,
  user_fk int(11) DEFAULT NULL,
  active tinyint(1) NOT NULL,
  linked tinyint(1) NOT NULL,
  is_relinkable tinyint(1) NOT NULL,
  should_inactivate_other_customers tinyint(1) NOT NULL,
  enterprise_customer_id char(32) NOT NULL,
  invite_key_id char(32) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY enterprise_enterprisecus_enterprise_customer_id_u_ffddc29f_uniq (enterprise_customer_id, user_id),
  KEY enterprise_enterprisecustomeruser_user_id_aa8d772f (user_id),
  CONSTRAINT fk_enterprisecustomeruser_user_fk FOREIGN KEY (user_fk) REFERENCES auth_user (id) ON DELETE CASCADE,
  CONSTRAINT enterprise_enterpris_enterprise_customer__f0fea924_fk_enterpris
    FOREIGN KEY (enterprise_customer_id) REFERENCES enterprise_enterprisecustomer (uuid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_enterpriseenrollmentsource (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  name varchar(64) NOT NULL,
  slug varchar(30) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY slug (slug)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_enterprisecourseenrollment (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  course_id varchar(255) NOT NULL,
  saved_for_later tinyint(1) NOT NULL,
  enterprise_customer_user_id int(11) NOT NULL,
  source_id int(11) DEFAULT NULL,
  unenrolled tinyint(1) DEFAULT NULL,
  unenrolled_at datetime(6) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY enterprise_enterprisecou_enterprise_customer_user_71fe301a_uniq (enterprise_customer_user_id, course_id),
  KEY enterprise_enterprisecourseenrollment_unenrolled_5a3b3e5b (unenrolled),
  KEY enterprise_enterprisecourseenrollment_unenrolled_at_6d4c31b9 (unenrolled_at),
  CONSTRAINT enterprise_enterpris_enterprise_customer__cf423e59_fk_enterpris
    FOREIGN KEY (enterprise_customer_user_id) REFERENCES enterprise_enterprisecustomeruser (id),
  CONSTRAINT enterprise_enterpris_source_id_c347bfa6_fk_enterpris
    FOREIGN KEY (source_id) REFERENCES enterprise_enterpriseenrollmentsource (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_historicalenterprisecourseenrollment (
  id int(11) NOT NULL,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  course_id varchar(255) NOT NULL,
  saved_for_later tinyint(1) NOT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  enterprise_customer_user_id int(11) DEFAULT NULL,
  history_user_id int(11) DEFAULT NULL,
  source_id int(11) DEFAULT NULL,
  unenrolled tinyint(1) DEFAULT NULL,
  unenrolled_at datetime(6) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY enterprise_historicalenterprisecourseenrollment_id_452a4b04 (id),
  CONSTRAINT enterprise_historica_history_user_id_a7d84786_fk_auth_user
    FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_licensedenterprisecourseenrollment (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  uuid char(32) NOT NULL,
  fulfillment_type varchar(128) NOT NULL,
  is_revoked tinyint(1) NOT NULL,
  license_uuid char(32) NOT NULL,
  enterprise_course_enrollment_id int(11) DEFAULT NULL,
  enterprise_course_entitlement_id int(11) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uuid (uuid),
  UNIQUE KEY enterprise_course_enrollment_id (enterprise_course_enrollment_id),
  CONSTRAINT enterprise_licensede_enterprise_course_en_db2f5a8d_fk_enterpris
    FOREIGN KEY (enterprise_course_enrollment_id) REFERENCES enterprise_enterprisecourseenrollment (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_historicallicensedenterprisecourseenrollment (
  id int(11) NOT NULL,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  uuid char(32) NOT NULL,
  fulfillment_type varchar(128) NOT NULL,
  is_revoked tinyint(1) NOT NULL,
  license_uuid char(32) NOT NULL,
  enterprise_course_enrollment_id int(11) DEFAULT NULL,
  enterprise_course_entitlement_id int(11) DEFAULT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  history_user_id int(11) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY enterprise_historicallicensed_id_ea9bc1d8 (id),
  CONSTRAINT enterprise_historica_history_user_id_1db87766_fk_auth_user
    FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_learnercreditenterprisecourseenrollment (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  uuid char(32) NOT NULL,
  fulfillment_type varchar(128) NOT NULL,
  is_revoked tinyint(1) NOT NULL,
  transaction_id char(32) NOT NULL,
  enterprise_course_enrollment_id int(11) DEFAULT NULL,
  enterprise_course_entitlement_id int(11) DEFAULT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uuid (uuid),
  UNIQUE KEY enterprise_course_enrollment_id (enterprise_course_enrollment_id),
  CONSTRAINT enterprise_learnercr_enterprise_course_en_9ad4a4dd_fk_enterpris
    FOREIGN KEY (enterprise_course_enrollment_id) REFERENCES enterprise_enterprisecourseenrollment (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_historicallearnercreditenterprisecourseenrollment (
  id int(11) NOT NULL,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  uuid char(32) NOT NULL,
  fulfillment_type varchar(128) NOT NULL,
  is_revoked tinyint(1) NOT NULL,
  transaction_id char(32) NOT NULL,
  enterprise_course_enrollment_id int(11) DEFAULT NULL,
  enterprise_course_entitlement_id int(11) DEFAULT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  history_user_id int(11) DEFAULT NULL,
  PRIMARY KEY (history_id),
  CONSTRAINT enterprise_historica_history_user_id_8a7e8a0c_fk_auth_user
    FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_pendingenterprisecustomeruser (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  user_email varchar(254) NOT NULL,
  enterprise_customer_id char(32) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY unique_user_and_customer (user_email, enterprise_customer_id),
  CONSTRAINT enterprise_pendingen_enterprise_customer__a858ce2d_fk_enterpris
    FOREIGN KEY (enterprise_customer_id) REFERENCES enterprise_enterprisecustomer (uuid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_pendingenrollment (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  course_id varchar(255) NOT NULL,
  course_mode varchar(25) NOT NULL,
  cohort_name varchar(255) DEFAULT NULL,
  discount_percentage decimal(8,5) NOT NULL,
  sales_force_id varchar(255) DEFAULT NULL,
  license_uuid char(32) DEFAULT NULL,
  source_id int(11) DEFAULT NULL,
  user_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY enterprise_pendingenrollment_user_id_course_id_6d4141c7_uniq (user_id, course_id),
  CONSTRAINT enterprise_pendingen_user_id_12d21b1a_fk_enterpris
    FOREIGN KEY (user_id) REFERENCES enterprise_pendingenterprisecustomeruser (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_defaultenterpriseenrollmentintention (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  is_removed tinyint(1) NOT NULL,
  uuid char(32) NOT NULL,
  content_type varchar(127) DEFAULT NULL,
  content_key varchar(255) NOT NULL,
  enterprise_customer_id char(32) NOT NULL,
  PRIMARY KEY (uuid),
  UNIQUE KEY unique_default_enrollment_intention (enterprise_customer_id, content_key),
  CONSTRAINT enterprise_defaulten_enterprise_customer__b5da84f5_fk_enterpris
    FOREIGN KEY (enterprise_customer_id) REFERENCES enterprise_enterprisecustomer (uuid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_historicaldefaultenterpriseenrollmentintention (
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  is_removed tinyint(1) NOT NULL,
  uuid char(32) NOT NULL,
  content_type varchar(127) DEFAULT NULL,
  content_key varchar(255) NOT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  enterprise_customer_id char(32) DEFAULT NULL,
  history_user_id int(11) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY enterprise_historicaldefau_uuid_131e2453 (uuid),
  CONSTRAINT enterprise_historica_history_user_id_32158643_fk_auth_user
    FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_defaultenterpriseenrollmentrealization (
  id int(11) NOT NULL AUTO_INCREMENT,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  intended_enrollment_id char(32) NOT NULL,
  realized_enrollment_id int(11) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY enterprise_defaultenterp_realized_enrollment_id_c4085e29_uniq (realized_enrollment_id),
  CONSTRAINT enterprise_defaulten_intended_enrollment__16cfcd7c_fk_enterpris
    FOREIGN KEY (intended_enrollment_id) REFERENCES enterprise_defaultenterpriseenrollmentintention (uuid),
  CONSTRAINT enterprise_defaulten_realized_enrollment__c4085e29_fk_enterpris
    FOREIGN KEY (realized_enrollment_id) REFERENCES enterprise_enterprisecourseenrollment (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;

CREATE TABLE enterprise_historicaldefaultenterpriseenrollmentrealization (
  id int(11) NOT NULL,
  created datetime(6) NOT NULL,
  modified datetime(6) NOT NULL,
  history_id int(11) NOT NULL AUTO_INCREMENT,
  history_date datetime(6) NOT NULL,
  history_change_reason varchar(100) DEFAULT NULL,
  history_type varchar(1) NOT NULL,
  history_user_id int(11) DEFAULT NULL,
  intended_enrollment_id char(32) DEFAULT NULL,
  realized_enrollment_id int(11) DEFAULT NULL,
  PRIMARY KEY (history_id),
  KEY enterprise_historicaldefau_id_c4085e29 (id),
  CONSTRAINT enterprise_historica_history_user_id_9fd1b2f4_fk_auth_user
    FOREIGN KEY (history_user_id) REFERENCES auth_user (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
