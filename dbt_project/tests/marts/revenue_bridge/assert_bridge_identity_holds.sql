-- Left anchor + items = right anchor, exactly, in every cell that any anchor or any line has, for
-- every leg and definition set: a plug, a lost atom or an atom in the wrong cell shows here.
{{ bridge_differences('rpt_bridge_anchor', 'rpt_revenue_bridge', 'currency') }}
