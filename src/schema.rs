// @generated automatically by Diesel CLI.

diesel::table! {
    account_domains (account_id, domain) {
        account_id -> Uuid,
        domain -> Text,
        added_at -> Timestamptz,
    }
}

diesel::table! {
    accounts (id) {
        id -> Uuid,
        name -> Text,
        time_zone -> Text,
        seats -> Int4,
        active_users -> Int4,
        inactive_users -> Int4,
        active_administrators -> Int4,
        created_at -> Timestamptz,
        second_factor_required -> Bool,
    }
}

diesel::table! {
    address_conflicts (code) {
        code -> Text,
        account_id -> Uuid,
        asked_by -> Nullable<Uuid>,
        typed -> Text,
        username -> Text,
        rule -> Text,
        happened_at -> Timestamptz,
    }
}

diesel::table! {
    attention_tallies (account_id, id) {
        account_id -> Uuid,
        id -> Int8,
        never_signed_in -> Int4,
        mail_failed -> Int4,
        mail_failed_never_came -> Int4,
        never_trained -> Int4,
        training_requested -> Int4,
        password_expired -> Int4,
        password_expired_never_came -> Int4,
    }
}

diesel::table! {
    events (id) {
        id -> Int8,
        account_id -> Uuid,
        happened_at -> Timestamptz,
        actor -> Text,
        actor_user_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        import_id -> Nullable<Uuid>,
        password_reset_id -> Nullable<Uuid>,
        training_request_id -> Nullable<Uuid>,
        kind -> Text,
        details -> Jsonb,
        source -> Nullable<Inet>,
        request_id -> Nullable<Text>,
    }
}

diesel::table! {
    import_lines (account_id, import_id, position) {
        account_id -> Uuid,
        import_id -> Uuid,
        position -> Int4,
        line -> Int4,
        username -> Text,
        first_name -> Text,
        last_name -> Text,
        title -> Text,
        department -> Text,
        phone -> Text,
        replaces -> Text,
        verdict -> Text,
        chosen -> Bool,
        outcome -> Nullable<Text>,
        reason -> Text,
        user_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    imports (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        made_by -> Uuid,
        made_at -> Timestamptz,
        name -> Text,
        state -> Text,
        ignored_columns -> Text,
        run_by -> Nullable<Uuid>,
        run_source -> Nullable<Inet>,
        run_request_id -> Nullable<Text>,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        imported -> Nullable<Int4>,
        refused -> Nullable<Int4>,
    }
}

diesel::table! {
    mails (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        user_id -> Nullable<Uuid>,
        recipient -> Nullable<Text>,
        password_reset_id -> Nullable<Uuid>,
        training_request_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        next_attempt_at -> Timestamptz,
        attempts -> Int2,
        state -> Text,
        settled_at -> Nullable<Timestamptz>,
        explanation -> Text,
    }
}

diesel::table! {
    open_password_mails (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        state -> Text,
        settled_at -> Nullable<Timestamptz>,
        never_came -> Bool,
        tallied -> Bool,
    }
}

diesel::table! {
    password_reset_omissions (account_id, password_reset_id, user_id) {
        account_id -> Uuid,
        password_reset_id -> Uuid,
        user_id -> Uuid,
        reason -> Text,
    }
}

diesel::table! {
    password_resets (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        requested_by -> Uuid,
        scope -> Text,
        opened_at -> Timestamptz,
        requested_at -> Timestamptz,
        people -> Int4,
    }
}

diesel::table! {
    passwords (account_id, user_id) {
        account_id -> Uuid,
        user_id -> Uuid,
        hash -> Text,
        chosen_at -> Timestamptz,
    }
}

diesel::table! {
    recovery_codes (account_id, user_id, digest) {
        account_id -> Uuid,
        user_id -> Uuid,
        digest -> Bytea,
    }
}

diesel::table! {
    recovery_links (token_digest) {
        token_digest -> Bytea,
        account_id -> Uuid,
        user_id -> Uuid,
        mail_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    refusals (hour, kind, source, account_id) {
        hour -> Timestamptz,
        kind -> Text,
        source -> Inet,
        account_id -> Uuid,
        times -> Int4,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    reserved_usernames (username) {
        username -> Text,
        account_id -> Uuid,
        user_id -> Uuid,
        reserved_until -> Timestamptz,
    }
}

diesel::table! {
    second_factors (account_id, user_id) {
        account_id -> Uuid,
        user_id -> Uuid,
        secret -> Bytea,
        begun_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        last_used_step -> Int8,
    }
}

diesel::table! {
    sessions (token_digest) {
        token_digest -> Bytea,
        account_id -> Uuid,
        user_id -> Uuid,
        must_choose_password -> Bool,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        source -> Nullable<Inet>,
        flash -> Nullable<Jsonb>,
        second_factor_due -> Bool,
    }
}

diesel::table! {
    sign_in_sources (account_id, user_id, source) {
        account_id -> Uuid,
        user_id -> Uuid,
        source -> Inet,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    temporary_passwords (account_id, user_id, mail_id, attempt) {
        account_id -> Uuid,
        user_id -> Uuid,
        mail_id -> Uuid,
        attempt -> Int2,
        salt -> Bytea,
        digest -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    throttles (key) {
        key -> Bytea,
        used_until -> Timestamptz,
    }
}

diesel::table! {
    training_attendances (account_id, user_id, kind) {
        account_id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        after_kind -> Nullable<Text>,
        recorded_at -> Timestamptz,
        recorded_by -> Nullable<Uuid>,
        training_request_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    training_request_omissions (account_id, training_request_id, user_id) {
        account_id -> Uuid,
        training_request_id -> Uuid,
        user_id -> Uuid,
        reason -> Text,
    }
}

diesel::table! {
    training_request_people (account_id, training_request_id, user_id) {
        account_id -> Uuid,
        training_request_id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        open -> Bool,
        missed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    training_requests (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        scope -> Text,
        note -> Text,
        requested_by -> Uuid,
        requested_at -> Timestamptz,
        undone_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    user_search (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        active -> Bool,
        search_text -> Text,
        username -> Text,
        name_key -> Text,
    }
}

diesel::table! {
    users (account_id, id) {
        account_id -> Uuid,
        id -> Uuid,
        username -> Text,
        domain -> Text,
        first_name -> Text,
        last_name -> Text,
        title -> Text,
        department -> Text,
        phone -> Text,
        search_text -> Text,
        name_key -> Text,
        active -> Bool,
        administrator -> Bool,
        deactivated_at -> Nullable<Timestamptz>,
        deactivation_reason -> Text,
        last_sign_in_at -> Nullable<Timestamptz>,
        password_reset_at -> Nullable<Timestamptz>,
        password_mail_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        password_mail_state -> Nullable<Text>,
        password_mail_at -> Nullable<Timestamptz>,
        training -> Text,
    }
}

diesel::table! {
    withdrawn_attendances (account_id, user_id, kind, recorded_at, withdrawn_at) {
        account_id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        recorded_at -> Timestamptz,
        training_request_id -> Nullable<Uuid>,
        withdrawn_at -> Timestamptz,
    }
}

diesel::joinable!(account_domains -> accounts (account_id));
diesel::joinable!(address_conflicts -> accounts (account_id));
diesel::joinable!(attention_tallies -> accounts (account_id));
diesel::joinable!(events -> accounts (account_id));
diesel::joinable!(imports -> accounts (account_id));
diesel::joinable!(password_resets -> accounts (account_id));
diesel::joinable!(training_requests -> accounts (account_id));
diesel::joinable!(users -> accounts (account_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_domains,
    accounts,
    address_conflicts,
    attention_tallies,
    events,
    import_lines,
    imports,
    mails,
    open_password_mails,
    password_reset_omissions,
    password_resets,
    passwords,
    recovery_codes,
    recovery_links,
    refusals,
    reserved_usernames,
    second_factors,
    sessions,
    sign_in_sources,
    temporary_passwords,
    throttles,
    training_attendances,
    training_request_omissions,
    training_request_people,
    training_requests,
    user_search,
    users,
    withdrawn_attendances,
);
