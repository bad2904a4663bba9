"""What people write for yes, no and not known, in both languages; each reader adds its own words."""

YES = ("是", "yes", "y", "true", "1", "√", "✓")
NO = ("否", "no", "n", "false", "0", "×", "✗")
UNKNOWN = ("未知", "不详", "不清楚", "待确认", "?", "？")
