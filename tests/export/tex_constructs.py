"""Constructs of TeX that authors of notebooks use, by the chapters of the LaTeX and amsmath references."""

GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi "
    "varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi "
    "Sigma Upsilon Phi Psi Omega"
)
BINARY = (
    "pm mp times div ast star circ bullet cdot cap cup uplus sqcap sqcup vee wedge setminus wr diamond "
    "bigtriangleup bigtriangledown triangleleft triangleright oplus ominus otimes oslash odot bigcirc "
    "dagger ddagger amalg land lor"
)
RELATIONS = (
    "leq geq le ge ll gg neq ne equiv sim simeq approx cong propto prec succ preceq succeq subset supset "
    "subseteq supseteq sqsubseteq sqsupseteq in ni notin vdash dashv models perp mid parallel bowtie "
    "smile frown asymp doteq lesssim gtrsim leqslant geqslant nleq ngeq subsetneq supsetneq triangleq"
)
ARROWS = (
    "leftarrow rightarrow to gets leftrightarrow Leftarrow Rightarrow Leftrightarrow longleftarrow "
    "longrightarrow Longleftarrow Longrightarrow longleftrightarrow Longleftrightarrow iff implies mapsto "
    "longmapsto hookleftarrow hookrightarrow leftharpoonup rightharpoonup leftharpoondown "
    "rightharpoondown rightleftharpoons uparrow downarrow updownarrow Uparrow Downarrow Updownarrow "
    "nearrow searrow swarrow nwarrow leadsto"
)
SYMBOLS = (
    "infty partial nabla forall exists nexists emptyset varnothing neg lnot angle triangle square Box "
    "Diamond hbar ell wp Re Im aleph imath jmath prime top bot surd clubsuit diamondsuit heartsuit "
    "spadesuit flat natural sharp checkmark degree ldots cdots vdots ddots dots complement"
)
FUNCTIONS = (
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp lim limsup liminf max "
    "min sup inf arg det dim ker hom deg gcd Pr"
)
BIG = (
    "sum prod coprod int iint iiint oint bigcap bigcup bigsqcup bigvee bigwedge bigodot bigotimes bigoplus "
    "biguplus"
)
ACCENTS = "hat check tilde acute grave dot ddot breve bar vec widehat widetilde overline underline mathring"
ALPHABETS = (
    "mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak boldsymbol text textbf textit operatorname"
)
SPACES = (r"\,", r"\:", r"\;", r"\!", r"\quad ", r"\qquad ", r"\ ", "~")
DELIMITERS = (
    *("(", "[", r"\{", "|", r"\|", r"\langle ", r"\lfloor ", r"\lceil "),
    *(r"\lvert ", r"\lVert ", "/", r"\uparrow "),
)
CLOSING = {"(": ")", "[": "]", r"\{": r"\}", r"\langle ": r"\rangle ", r"\lfloor ": r"\rfloor "} | {
    r"\lceil ": r"\rceil ",
    r"\lvert ": r"\rvert ",
    r"\lVert ": r"\rVert ",
}
STRUCTURES = (
    *(r"\frac{a}{b}", r"\dfrac{a}{b}", r"\tfrac{a}{b}", r"\cfrac{1}{1+x}", r"\binom{n}{k}", r"\dbinom{n}{k}"),
    *(
        r"\sqrt{x}",
        r"\sqrt[3]{x}",
        "x^2",
        "x_i",
        "x_i^2",
        "x^{a+b}",
        "x_{i,j}",
        "x'",
        "x''",
        "f'(x)",
        r"{a \over b}",
    ),
    *(r"\overbrace{a+b}^{n}", r"\underbrace{a+b}_{n}", r"\overset{a}{=}", r"\underset{x}{\max}"),
    *(
        r"\stackrel{d}{=}",
        r"\xrightarrow{n}",
        r"\xleftarrow{n}",
        r"\overrightarrow{AB}",
        r"\overleftarrow{AB}",
    ),
    *(r"\boxed{x}", r"\phantom{x}y", r"\not=", r"\not\in", r"\pmod{n}", r"a \bmod b", r"\substack{a\\b}"),
    *(
        r"\sum_{i=1}^{n} x_i",
        r"\sum\limits_{i} x",
        r"\int_0^1 f\,dx",
        r"\lim_{x \to 0} f",
        r"\prod_{i=1}^n x_i",
    ),
    *(
        r"\color{red}{x}",
        r"\textcolor{red}{x}",
        r"\displaystyle\sum_i x_i",
        r"\mathrm{d}x",
        r"10\%",
        r"\$5",
        r"a\&b",
    ),
    *(
        r"\hat{ab}",
        r"\widehat{ab}",
        r"\bar{x}_i",
        r"\hat\beta_1",
        r"P(A \mid B)",
        r"\mathbb{E}[X]",
        r"\|x\|_2",
    ),
    *(
        r"\argmax_x f",
        r"\argmin_x f",
        r"\operatorname*{arg\,max}_x f",
        r"\mathop{\rm argmin}",
        r"\text{若 } x > 0",
    ),
    *(
        "满意度",
        "x < y > z",
        r"a \lt b",
        r"\bigl( x \bigr)",
        r"\Bigl[ x \Bigr]",
        r"\bigg| x",
        r"{\bf x}",
        r"{\rm d}x",
    ),
    *(
        "√2",
        '"a"',
        "α + β",
        "a ≤ b",
        "1{,}000",
        "3.14",
        "a \\cdot 10^{-3}",
        r"\tag{1} x",
        "x\\label{eq:a}",
        "%",
    ),
)
ENVIRONMENTS = (
    *("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "cases", "aligned"),
    *(
        "gathered",
        "align",
        "align*",
        "equation",
        "equation*",
        "gather",
        "gather*",
        "split",
        "eqnarray",
        "multline",
    ),
)
# What is no TeX, and what authors type all the same.
FAULTY = (
    *(" ", "x_a_b", "x^a^b", r"\left( x", r"x \right)", r"\frac{a}", r"\mod", "{", "}", r"\nosuchcommand{x}"),
    *("&", "x^", "_", r"\begin{matrix} a", "#", r"\\"),
)


def list_constructs() -> list[str]:
    """Return all constructs, each a formula without its dollar signs."""
    single = [f"\\{name}" for group in (GREEK, SYMBOLS) for name in group.split()]
    between = [f"a \\{name} b" for group in (BINARY, RELATIONS, ARROWS) for name in group.split()]
    functions = [f"\\{name} x" for name in FUNCTIONS.split()]
    big = [f"\\{name}_{{i=1}}^n x_i" for name in BIG.split()]
    above = [f"\\{name}{{x}}" for name in f"{ACCENTS} {ALPHABETS}".split()]
    spaces = [f"a{space}b" for space in SPACES]
    fences = [f"\\left{d} x \\right{CLOSING.get(d, d)}" for d in DELIMITERS]
    bodies = dict.fromkeys(ENVIRONMENTS, r"a & b \\ c & d") | dict.fromkeys(
        ("gather", "gather*", "gathered"), r"a \\ b"
    )
    bodies |= {"multline": r"a \\ b", "equation": "a = b", "equation*": "a = b", "eqnarray": r"a &=& b"}
    blocks = [f"\\begin{{{name}}} {body} \\end{{{name}}}" for name, body in bodies.items()]
    return [*single, *between, *functions, *big, *above, *spaces, *fences, *STRUCTURES, *blocks, *FAULTY]
