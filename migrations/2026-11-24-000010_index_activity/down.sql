drop index events_by_actor;
drop index events_of_kind;
