-- one row per currency of ISO 4217
select
    currency,
    currency_name,
    minor_unit,
from {{ ref('iso_4217') }}
