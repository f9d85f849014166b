#!/bin/sh
# The two roles of docs/operations.md, made once with the database.
set -eu
psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" \
    --set=owner="$OWNER_PASSWORD" --set=program="$PROGRAM_PASSWORD" <<'SQL'
create role user_accounts_owner login password :'owner';
create role user_accounts_program login password :'program';
create database user_accounts owner user_accounts_owner;
SQL
