-- Mails of requests that are no more.
delete from mails where training_request_id is not null;
set constraints all immediate;
alter table mails drop constraint mails_account_id_training_request_id_fkey;
drop table withdrawn_attendances;
drop table training_attendances;
drop table training_request_omissions;
drop table training_request_people;
drop table training_requests;
