-- one row per crm_system and account_id, with the account that survives its chain of merges
with recursive

account as (
    {{ union_systems(var('crm_systems'), 'account') }}
),

chain as (
    select
        source_system,
        account_id,
        account_id as surviving_account_id,
        merged_into_account_id as next_account_id,
        0 as step,
    from account
    union all
    select
        chain.source_system,
        chain.account_id,
        account.account_id as surviving_account_id,
        account.merged_into_account_id as next_account_id,
        chain.step + 1 as step,
    from chain
    inner join account
        on
            chain.source_system = account.source_system
            and chain.next_account_id = account.account_id
    where chain.step < 20
),

last_step as (
    select
        chain.*,
        row_number() over (
            partition by chain.source_system, chain.account_id order by chain.step desc
        ) as last_first,
    from chain
),

final as (
    select
        account.source_system as crm_system,
        account.* exclude (source_system),
        case
            when last_step.next_account_id is null then last_step.surviving_account_id
            else account.account_id
        end as surviving_account_id,
    from account
    left join last_step
        on
            account.source_system = last_step.source_system
            and account.account_id = last_step.account_id
            and last_step.last_first = 1
)

select * from final
