alter table users drop constraint users_password_mail;
drop table mails;
