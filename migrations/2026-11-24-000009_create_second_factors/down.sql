alter table accounts drop second_factor_required;
alter table sessions drop second_factor_due;
drop table recovery_codes;
drop table second_factors;
