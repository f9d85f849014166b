alter table events drop constraint events_account_id_import_id_fkey;
drop table import_lines;
drop table imports;
