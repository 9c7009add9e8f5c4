-- one row per definition set and period that a publication has shown as closed: since when
-- A period that the ERP opens again stays locked: what it says now adjusts what was published.
with known as (
    select definition_id, period, first_locked_at
    from {{ ref('int_prior_period__published_lock') }}
),

-- A publication from before locks were listed knows only which periods it showed as closed.
shown as (
    select anchor.definition_id, anchor.period, max(run.as_of) as first_locked_at
    from {{ ref('int_prior_period__published_anchor') }} as anchor
    cross join {{ ref('int_prior_period__published_run') }} as run
    where anchor.is_closed
    group by anchor.definition_id, anchor.period
),

either as (
    select * from known
    union all
    select * from shown
),

final as (
    select definition_id, period, min(first_locked_at) as first_locked_at
    from either
    group by definition_id, period
)

select * from final
