-- one row per entity, currency and month from the first to the last movement of deferred revenue
-- anywhere
{{ rollforward('deferred_revenue', [
    ('billed', ['billed']), ('released', ['recognised']), ('modified', ['modified']),
    ('fx', ['fx', 'revalued']), ('moved', ['moved']), ('reclassified', ['reclassified']),
    ('adjusted', ['adjusted']),
]) }}
