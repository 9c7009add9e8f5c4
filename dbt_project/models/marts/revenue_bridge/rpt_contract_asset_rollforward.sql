-- one row per entity, currency and month from the first to the last movement of contract assets
-- anywhere
{{ rollforward('contract_asset', [
    ('earned', ['recognised']), ('billed', ['billed']), ('modified', ['modified']),
    ('fx', ['fx', 'revalued']), ('moved', ['moved']), ('reclassified', ['reclassified']),
    ('adjusted', ['adjusted']),
]) }}
