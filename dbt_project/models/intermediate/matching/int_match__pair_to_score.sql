-- one row per two records that share a key, of which one is new or changed since they were scored
with

block as (
    select * from {{ ref('int_match__block') }}
),

changed as (
    select signature.record_key
    from {{ ref('int_match__signature') }} as signature
    where {{ is_not_scored('signature') }}
),

shared as (
    select
        one.record_key,
        other.record_key as other_record_key,
        one.record_type,
        other.record_type as other_record_type,
        one.block_key,
    from block as one
    inner join block as other
        on
            one.block_key = other.block_key
            and (
                (
                    one.record_type = 'account' and other.record_type = 'erp_customer'
                    and one.is_between_sides
                )
                or (
                    one.record_type = other.record_type and one.is_within_side
                    and one.record_key < other.record_key
                )
            )
),

final as (
    select
        shared.record_key,
        shared.other_record_key,
        shared.record_type,
        shared.other_record_type,
    from shared
    left join changed as one on shared.record_key = one.record_key
    left join changed as other on shared.other_record_key = other.record_key
    where one.record_key is not null or other.record_key is not null
    group by
        shared.record_key, shared.other_record_key, shared.record_type, shared.other_record_type
)

select * from final
