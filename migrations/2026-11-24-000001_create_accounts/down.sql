drop table account_domains;
drop table accounts;
drop extension btree_gin;
drop extension pg_trgm;
