//! User Accounts: the one page where the account administrator of a company looks after the
//! people who may use a business product.
