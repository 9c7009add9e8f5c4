-- Left anchor + items = right anchor in reporting currency, exactly, in every cell that any anchor
-- or any line has, for every leg and every definition set with a reporting currency.
{{ bridge_differences('rpt_reporting_anchor', 'rpt_reporting_bridge', 'reporting_currency') }}
