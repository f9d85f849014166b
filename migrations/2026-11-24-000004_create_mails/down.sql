alter table users drop constraint users_password_mail;
update users set password_mail_id = null where password_mail_id is not null;
set constraints all immediate;
drop table mails;
