-- Where does this number come from: model, source row, load, raw payload?
select
    'int_bridge__leg' || atom.leg || '_atom' as model,
    atom.rule,
    atom.amount,
    source.system,
    source.raw_table,
    source.source_key,
    source.source_file,
    source.version_count as versions,
    load.rows_read as rows_of_load,
    source.payload_digest,
from revenue_bridge.fct_bridge_atom as atom
inner join operations.map_source_record as source
    on
        (atom.crm_system, 'opportunity', atom.opportunity_id)
        = (source.system, source.object, source.source_key)
        or (atom.erp_system, 'document', atom.document_id)
        = (source.system, source.object, source.source_key)
        or (atom.erp_system, 'document_line', atom.document_id || '/' || atom.document_line_id)
        = (source.system, source.object, source.source_key)
inner join operations.load_audit as load
    on source.load_id = load.load_id and source.raw_table = load.object
where
    atom.definition_id = 'standard'
    and atom.line_code = '2.02'
    and atom.period = date '2025-02-01'
order by atom.amount, source.system, source.raw_table, source.source_key
