drop trigger users_tally_deleted on users;
drop trigger users_tally_updated on users;
drop trigger users_tally_inserted on users;
drop function tally_deleted_attention();
drop function tally_updated_attention();
drop function tally_inserted_attention();
drop trigger open_password_mails_untally on open_password_mails;
drop function untally_expired_password();
drop table attention_tallies;
drop trigger training_request_people_derive_updated on training_request_people;
drop trigger training_request_people_derive_inserted on training_request_people;
drop trigger training_attendances_derive on training_attendances;
drop trigger training_attendances_derive_deleted on training_attendances;
drop function derive_training();
drop trigger mails_tell_password_mail on mails;
drop function tell_password_mail();
drop trigger users_derive_password_mail_updated on users;
drop trigger users_derive_password_mail_inserted on users;
drop function derive_password_mail();
drop trigger users_follow_password_mails on users;
drop function follow_password_mails();
drop trigger users_enter_password_mail on users;
drop function enter_password_mail();
drop table open_password_mails;
alter table users
    drop column training,
    drop column password_mail_at,
    drop column password_mail_state;
