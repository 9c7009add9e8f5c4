-- one row per CRM account, ERP customer and state of their family in which the two are linked
with

account as (
    select * from {{ ref('int_customer__account') }}
),

past_value as (
    select * from {{ ref('int_customer__past_value') }}
    where attribute in ('gone', 'merged into')
),

-- each record in each state of its family: its customer, and whether it was there
moment as (
    select
        state.source_system,
        state.record_type,
        state.record_id,
        state.record_key,
        state.state_number,
        state.valid_from,
        state.valid_to,
        membership.customer_key,
        bool_or(coalesce(past_value.attribute = 'gone', false)) as is_gone,
        bool_or(coalesce(past_value.attribute = 'merged into', false)) as is_merged,
    from {{ ref('int_customer__state') }} as state
    inner join {{ ref('int_customer__membership') }} as membership
        on
            state.record_key = membership.record_key
            and state.valid_from >= membership.valid_from
            and state.valid_from < membership.valid_to
    left join past_value
        on
            state.record_key = past_value.record_key
            and state.valid_from >= past_value.valid_from
            and state.valid_from < past_value.valid_to
    group by
        state.source_system, state.record_type, state.record_id, state.record_key,
        state.state_number, state.valid_from, state.valid_to, membership.customer_key
),

proof as (
    {%- for side, other_side in [('', 'other_'), ('other_', '')] %}
    select
        {{ side }}record_key as account_key,
        {{ other_side }}record_key as erp_customer_key,
        state_number,
        kind,
        match_rule,
        evidence,
        evidence_grade,
        match_probability,
    from {{ ref('int_customer__state_edge') }}
    where kind in ('link', 'steward')
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- of several facts a steward's word counts, then the best proof
direct as (
    select
        own.source_system as crm_system,
        own.record_id as account_id,
        own.state_number,
        own.valid_from,
        own.valid_to,
        own.customer_key,
        own.is_merged,
        other.source_system as erp_system,
        other.record_id as erp_customer_id,
        proof.match_rule,
        proof.evidence,
        proof.evidence_grade,
        proof.match_probability,
        row_number() over (
            partition by proof.account_key, proof.erp_customer_key, proof.state_number
            order by
                case proof.kind when 'steward' then 0 else 1 end asc, proof.evidence_grade asc,
                proof.match_probability desc, proof.match_rule asc, proof.evidence asc
        ) as best_first,
    from proof
    inner join moment as own
        on
            proof.account_key = own.record_key
            and proof.state_number = own.state_number
            and own.record_type = 'account'
    inner join moment as other
        on
            proof.erp_customer_key = other.record_key
            and proof.state_number = other.state_number
            and other.record_type = 'erp_customer'
    where not other.is_gone and (own.is_merged or not own.is_gone)
),

kept as (
    select
        direct.* exclude (best_first, is_merged),
        case match_rule when 'steward decision' then 0 else 1 end as proof_order,
    from direct
    where best_first = 1 and not is_merged
),

proven as (
    select
        crm_system,
        account_id,
        state_number,
        count(*) as link_count,
    from kept
    group by crm_system, account_id, state_number
),

-- An account that was merged away, or has no proof of its own, shares those of its customer; what
-- was proven of an account that was merged away passes to the survivor.
shared as (
    select
        own.source_system as crm_system,
        own.record_id as account_id,
        own.state_number,
        own.valid_from,
        own.valid_to,
        own.customer_key,
        direct.erp_system,
        direct.erp_customer_id,
        case
            when own.is_merged or bool_or(direct.is_merged) then 'merged account'
            else 'duplicate account'
        end as match_rule,
        min(direct.account_id) as evidence,
        'B' as evidence_grade,
        min(direct.match_probability) as match_probability,
        2 as proof_order,
    from moment as own
    inner join direct
        on
            own.customer_key = direct.customer_key
            and own.state_number = direct.state_number
            and direct.best_first = 1
    inner join account as source
        on direct.crm_system = source.crm_system and direct.account_id = source.account_id
    left join proven
        on
            own.source_system = proven.crm_system
            and own.record_id = proven.account_id
            and own.state_number = proven.state_number
    left join kept
        on
            own.source_system = kept.crm_system
            and own.record_id = kept.account_id
            and own.state_number = kept.state_number
            and direct.erp_system = kept.erp_system
            and direct.erp_customer_id = kept.erp_customer_id
    where
        own.record_type = 'account'
        and (own.is_merged or not own.is_gone)
        and kept.account_id is null
        and (
            own.is_merged
            or proven.account_id is null
            or (
                direct.is_merged
                and source.crm_system = own.source_system
                and source.surviving_account_id = own.record_id
            )
        )
    group by
        own.source_system, own.record_id, own.state_number, own.valid_from, own.valid_to,
        own.customer_key, own.is_merged, direct.erp_system, direct.erp_customer_id
),

final as (
    select * from kept
    union all by name
    select * from shared
)

select * from final
