-- Every atom of a definition set with a reporting currency is in the view once, and as itself when
-- it is in that currency.
with setting as (select * from {{ ref('int_reporting__setting') }}),

atom as (
    select atom.*, setting.reporting_currency
    from {{ ref('fct_bridge_atom') }} as atom
    inner join setting on atom.definition_id = setting.definition_id
),

reported as (
    select * from {{ ref('fct_reporting_atom') }}
    where step <> 'fx'
)

select
    coalesce(atom.atom_key, reported.atom_key) as atom_key, atom.currency, atom.amount,
    reported.rate, reported.reporting_amount,
from atom
full outer join reported on atom.atom_key = reported.atom_key
where
    atom.atom_key is null
    or reported.atom_key is null
    or atom.amount <> reported.amount
    or (
        atom.currency = atom.reporting_currency and atom.step not like 'currency%'
        and reported.reporting_amount is distinct from atom.amount
    )
