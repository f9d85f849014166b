drop table throttles;
drop table sign_in_sources;
drop table sessions;
drop table recovery_links;
drop table temporary_passwords;
drop table passwords;
