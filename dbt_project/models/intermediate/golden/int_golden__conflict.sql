-- one row per linked account and ERP customer and owned field in which some part differs
with

stated as (
    select * from {{ ref('int_golden__record_field') }}
),

link as (
    select * from {{ ref('int_customer__link') }}
    where
        match_rule not in ('merged account', 'duplicate account')
        and valid_from <= cast({{ as_of() }} as date)
        and valid_to > cast({{ as_of() }} as date)
),

shared_field as (
    {{ shared_field_rows() }}
),

version as (
    select * from {{ ref('int_customer__version') }}
    where later_load_id is null
),

-- a blank side is no disagreement
unequal as (
    select
        link.crm_system,
        link.account_id as crm_account_id,
        link.erp_system,
        link.erp_customer_id,
        crm.customer_key,
        crm.field,
        crm.landed_value as crm_value,
        erp.landed_value as erp_value,
        crm.changed_at as crm_changed_at,
        erp.changed_at as erp_changed_at,
        case
            when crm.is_held then crm.last_change_status
            when erp.is_held then erp.last_change_status
        end as review_status,
    from link
    inner join stated as crm
        on
            link.crm_system = crm.source_system
            and crm.record_type = 'account'
            and link.account_id = crm.record_id
    inner join stated as erp
        on
            link.erp_system = erp.source_system
            and erp.record_type = 'erp_customer'
            and link.erp_customer_id = erp.record_id
            and crm.field = erp.field
    where crm.landed_value <> erp.landed_value
),

part as (
    select
        unequal.crm_system,
        unequal.crm_account_id,
        unequal.erp_system,
        unequal.erp_customer_id,
        unequal.field,
        shared_field.field as part,
        shared_field.position,
        {{ shared_field_value('shared_field.field', 'crm') }} as crm_value,
        {{ shared_field_value('shared_field.field', 'erp') }} as erp_value,
        case when unequal.field = 'owner' then erp.sales_rep_number end as erp_other_value,
    from unequal
    inner join shared_field on unequal.field = shared_field.owned_as
    inner join version as crm
        on
            unequal.crm_system = crm.source_system
            and crm.record_type = 'account'
            and unequal.crm_account_id = crm.record_id
    inner join version as erp
        on
            unequal.erp_system = erp.source_system
            and erp.record_type = 'erp_customer'
            and unequal.erp_customer_id = erp.record_id
),

differing as (
    select
        crm_system,
        crm_account_id,
        erp_system,
        erp_customer_id,
        field,
        {{ string_list('part', 'position') }} as differs_in,
    from part
    where {{ values_differ('part', 'crm_value', 'erp_value', 'erp_other_value') }}
    group by crm_system, crm_account_id, erp_system, erp_customer_id, field
),

final as (
    select
        unequal.*,
        differing.differs_in,
    from unequal
    inner join differing
        on
            unequal.crm_system = differing.crm_system
            and unequal.crm_account_id = differing.crm_account_id
            and unequal.erp_system = differing.erp_system
            and unequal.erp_customer_id = differing.erp_customer_id
            and unequal.field = differing.field
)

select * from final
