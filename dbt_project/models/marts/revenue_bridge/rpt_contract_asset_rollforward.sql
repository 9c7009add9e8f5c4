-- one row per entity, currency and month from the first movement of contract assets anywhere to
-- the last month of the books
{{ rollforward('contract_asset', [
    ('earned', ['recognised']), ('billed', ['billed']), ('modified', ['modified']),
    ('fx', ['fx', 'revalued']), ('moved', ['moved']), ('financing', ['financing']),
    ('reclassified', ['reclassified']), ('adjusted', ['adjusted']),
]) }}
