"""What notebooks import: the process that kernels are forked from imports it once."""

_OURS = {
    "analysis": "conversion curriculum follow_up history market overrides sales validity workload",
    "analysis.opinions": "coding questionnaire",
    "analysis.reviews": "action_effects action_file assessors decisions "
    "evidence grade_outcomes proposals review_file review_log",
    "analysis.trade": "market_file",
    "analysis.value": "assumptions",
    "base": "language",
    "intake": "contract dataset sample",
    "protection": "comparison disclosure lead_publication "
    "market_publication opinion_publication publication value_publication",
    "report": "college_tables display figures follow_up_panels lead_figures lead_panels market_figures "
    "market_panels market_tables opinion_figures opinion_panels opinion_tables panels review_figures "
    "review_panels tables value_figures value_panels value_tables",
    "report.sentences": "college complaints enterprise industry lead_headlines leads market market_headlines "
    "market_outlook opinion_headlines review review_headlines satisfaction side_by_side value "
    "value_headlines value_models",
    "scorecard": "explanation scorecard_file",
}
# What a report imports, and what ipykernel and IPython import when their first cell runs. Never `scoring`: a
# project may have its own. Libraries with thread pools (pyarrow) are imported and not used: a fork copies no
# thread.
MODULES = (
    *("IPython.core.completer", "IPython.core.debugger", "IPython.core.logger", "IPython.display"),
    "IPython.core.pylabtools",
    *("ipykernel.debugger", "ipykernel.displayhook", "ipykernel.iostream", "ipykernel.kernelapp"),
    *("ipykernel.subshell_manager", "ipykernel.zmqshell", "comm"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("pandas", "pyarrow", "pyarrow.dataset", "pyarrow.parquet", "pyarrow.compute", "seaborn", "yaml"),
    *("scipy.optimize", "scipy.special", "scipy.sparse", "scipy.stats", "scipy.stats.contingency"),
    *("statsmodels.genmod.generalized_linear_model", "statsmodels.stats.multitest"),
    *("statsmodels.stats.proportion", "statsmodels.discrete.discrete_model"),
    *(f"industry_report.{room}.{module}" for room, modules in _OURS.items() for module in modules.split()),
)
