#!/bin/sh
# Two roles and a database for Marsad, on a new PostgreSQL server. The image of PostgreSQL runs it once;
# elsewhere, run it as the superuser, with PGHOST and the like for psql, and SECRETS naming the folder of
# what 'marsad keys' made.
set -eu
export SECRETS="${SECRETS:-/run/secrets}"
for role in owner service; do
	test -s "$SECRETS/postgres-$role.password" || { echo "$SECRETS/postgres-$role.password is not there, or empty" >&2; exit 1; }
done

run() { psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres "$@"; }
there=$(run --tuples-only --no-align --command "select datname from pg_database where datname = 'marsad' union all select rolname from pg_roles where rolname in ('marsad_owner', 'marsad_service')" | sort | tr '\n' ' ')
case "$there" in
"") ;;
"marsad marsad_owner marsad_service ")
	echo "database and roles are there already: nothing was changed (another password: alter role … password)" >&2
	exit 0
	;;
*)
	echo "only a part is there already ($there): drop it, and run this again" >&2
	exit 1
	;;
esac

# The owner makes the schema ('marsad migrate'); the services read and write what is there, and no more.
# psql reads the passwords itself: what stands among its arguments, everybody on the machine can see.
run <<'SQL'
\set owner_password `cat "$SECRETS/postgres-owner.password"`
\set service_password `cat "$SECRETS/postgres-service.password"`
create role marsad_owner login password :'owner_password';
create role marsad_service login password :'service_password';
create database marsad owner marsad_owner encoding 'UTF8' template template0;
revoke all on database marsad from public;
grant connect on database marsad to marsad_service;
\connect marsad
revoke all on schema public from public;
grant usage on schema public to marsad_service;
grant usage, create on schema public to marsad_owner;
alter default privileges for role marsad_owner in schema public grant select, insert, update, delete on tables to marsad_service;
alter default privileges for role marsad_owner in schema public grant usage, select on sequences to marsad_service;
SQL
