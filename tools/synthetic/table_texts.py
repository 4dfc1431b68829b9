"""Random content for drawn tables: headers, words, amounts, dates, in English and Chinese."""

from __future__ import annotations

from random import Random

WORDS = [
    "Abrasion",
    "Basin",
    "Carrier",
    "Delivery",
    "Effort",
    "Filter",
    "Gauge",
    "Harbour",
    "Inlet",
    "Junction",
    "Kettle",
    "Ledger",
    "Mantle",
    "Notice",
    "Outlet",
    "Panel",
    "Quarry",
    "Relay",
    "Sample",
    "Turbine",
    "Uptake",
    "Valve",
    "Washer",
    "Yield",
    "Zone",
    "Copper",
    "Nickel",
    "Northern",
    "Coastal",
    "Standard",
    "Primary",
    "Average",
    "Baseline",
    "Corrected",
    "Expected",
    "Nominal",
    "Residual",
    "Observed",
    "Treatment",
    "Placebo",
    "Control",
    "Response",
    "Symptoms",
    "Infection",
    "Recovery",
    "Accuracy",
    "Precision",
    "Recall",
    "Method",
]
HEADS = [
    "Item",
    "Name",
    "Code",
    "Quantity",
    "Price",
    "Total",
    "Date",
    "Region",
    "Method",
    "Rate",
    "Mean",
    "Median",
    "Weight",
    "Length",
    "Status",
    "Remarks",
    "Owner",
    "Unit",
    "Model",
    "Year",
    "Score",
    "Count",
    "Share",
    "Speed",
    "Group",
    "Phase",
    "Class",
    "Level",
    "Amount",
    "Tax",
    "Supplier",
]
HAN = [
    "数据",
    "模型",
    "平台",
    "服务",
    "产品",
    "管理",
    "系统",
    "测试",
    "报告",
    "项目",
    "城市",
    "计划",
    "结果",
    "设备",
    "材料",
    "编号",
    "质量",
    "标准",
    "单位",
    "客户",
    "订单",
    "合同",
    "部门",
    "金额",
    "仓库",
    "物流",
    "地区",
    "研究",
    "方法",
    "指标",
    "温度",
    "压力",
    "流量",
    "电压",
    "名称",
    "规格",
    "备注",
    "日期",
    "数量",
    "价格",
]
HAN_HEADS = [
    "名称",
    "编号",
    "规格",
    "单位",
    "数量",
    "单价",
    "金额",
    "日期",
    "备注",
    "部门",
    "地区",
    "负责人",
    "状态",
    "型号",
    "类别",
    "比例",
]
SENTENCES = (
    "The figures below were collected over two seasons and checked by hand.",
    "All amounts are stated before tax unless a note says otherwise.",
    "Readings taken during the night shift are not part of this summary.",
    "Values in the last column are means over five repeated trials.",
    "Further detail is kept in the appendix and may be asked for in writing.",
    "The supplier answers for parts that arrive later than was agreed.",
)
HAN_SENTENCES = (
    "下表列出本季度各部门的主要指标及其变化情况。",
    "除另有说明外，所有金额均为不含税金额。",
    "测试结果由两名人员独立核对后填写。",
    "有关详细数据请参阅附录中的说明。",
)
CAPTIONS = (
    "Table {n}. Results by group",
    "Table {n}: Summary of deliveries",
    "Table {n} Main figures",
)
HAN_CAPTIONS = ("表{n} 主要指标汇总", "表{n} 各地区数据")


def word(rng: Random, *, han: bool) -> str:
    """Return a short label of one to three words."""
    if han:
        return "".join(rng.sample(HAN, rng.choice((1, 2, 2))))
    return " ".join(rng.sample(WORDS, rng.choice((1, 1, 2, 2, 3))))


def head(rng: Random, *, han: bool) -> str:
    """Return a column heading."""
    if han:
        return rng.choice(HAN_HEADS)
    return " ".join(rng.sample(HEADS, rng.choice((1, 1, 1, 2))))


def value(rng: Random, kind: str, *, han: bool) -> str:
    """Return the text of a body cell of a column of this kind."""
    if kind == "text":
        return word(rng, han=han)
    if kind == "int":
        return str(rng.randint(1, 9999))
    if kind == "decimal":
        return f"{rng.uniform(0, 200):.{rng.choice((1, 2))}f}"
    if kind == "percent":
        return f"{rng.uniform(0, 100):.1f}%"
    if kind == "money":
        return f"{rng.randint(100, 99999):,}.{rng.randint(0, 99):02d}"
    if kind == "date":
        return f"20{rng.randint(10, 29)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    return f"{rng.choice('ABCDEFGHKMNPRST')}{rng.randint(10, 99)}-{rng.randint(100, 999)}"
