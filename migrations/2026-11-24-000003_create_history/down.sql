drop table refusals;
drop table events;
drop function refuse_rewriting_history();
