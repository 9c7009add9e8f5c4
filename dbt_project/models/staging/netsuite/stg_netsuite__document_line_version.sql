-- one row per source_system, document_id, document_line_id and version, of lines with several
with

visible_load as (
    select * from {{ ref('stg_operations__load') }}
    where system = 'netsuite'
),

version as (
    select
        line.transaction,
        line.id,
        line.quantity,
        line.rate,
        line.foreignamount,
        line.linelastmodifieddate,
        visible_load.load_id,
        visible_load.watermark,
    from {{ source('raw_netsuite', 'transaction_line') }} as line
    inner join visible_load on line._load_id = visible_load.load_id
    where
        not coalesce(line._is_deleted, false) and not coalesce(line._fivetran_deleted, false)
),

changed as (
    select transaction, id from version
    group by transaction, id
    having count(*) > 1
),

final as (
    select
        'netsuite' as source_system,
        version.transaction as document_id,
        version.id as document_line_id,
        version.load_id,
        {{ quantity('-version.quantity') }} as quantity,
        {{ quantity('version.rate') }} as unit_price,
        {{ money('-version.foreignamount') }} as amount,
        -- A row that changed without saying so changed when a load first showed it.
        case
            when
                version.linelastmodifieddate > lag(version.linelastmodifieddate) over (
                    partition by version.transaction, version.id order by version.load_id
                )
                then version.linelastmodifieddate
            else version.watermark
        end as changed_at,
    from version
    inner join changed on version.transaction = changed.transaction and version.id = changed.id
)

select * from final
