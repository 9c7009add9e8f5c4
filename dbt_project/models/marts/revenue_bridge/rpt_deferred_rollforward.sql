-- one row per entity, currency and month from the first movement of deferred revenue anywhere to
-- the last month of the books
{{ rollforward('deferred_revenue', [
    ('billed', ['billed']), ('released', ['recognised']), ('modified', ['modified']),
    ('fx', ['fx', 'revalued']), ('moved', ['moved']), ('financing', ['financing']),
    ('reclassified', ['reclassified']), ('adjusted', ['adjusted']),
]) }}
