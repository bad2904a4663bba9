"""What people write for yes, no and not known, in both languages; each reader adds its own words."""

YES = ("是", "yes", "y", "true", "1", "√", "✓")
NO = ("否", "no", "n", "false", "0", "×", "✗")
# Answers on five steps, from the bottom; several words a step are parted by |.
STEPS = (
    "非常不满意|很不满意|极不满意|非常不同意|非常差|很差|"
    "very dissatisfied|very unsatisfied|strongly disagree|very poor",
    "不满意|不太满意|比较不满意|不同意|较差|差|dissatisfied|unsatisfied|disagree|poor",
    "一般|中立|普通|说不清|尚可|neutral|"
    "neither satisfied nor dissatisfied|neither agree nor disagree|fair|average",
    "满意|比较满意|较满意|同意|比较同意|较好|好|satisfied|agree|good",
    "非常满意|很满意|十分满意|非常同意|非常好|很好|very satisfied|strongly agree|excellent|very good",
)
UNKNOWN = ("未知", "不详", "不清楚", "待确认", "?", "？")
