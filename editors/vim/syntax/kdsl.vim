" Colours for kdsl.
if exists("b:current_syntax")
  finish
endif

syn match kdslName /\<[A-Za-z_][A-Za-z0-9_-]*\>/ contained
syn match kdslKey /\(^\|[{,]\)\@<=\s*[A-Za-z_][A-Za-z0-9_-]*\ze\s*\(=[=>]\@!\|+=\|{\|:\)/
syn match kdslType /\<[A-Z][A-Za-z0-9_]*\>/
syn match kdslCall /\<[A-Za-z_][A-Za-z0-9_-]*\ze(/
syn match kdslMember /\.\@<=[A-Za-z_][A-Za-z0-9_-]*/

syn keyword kdslConditional if then else
syn keyword kdslRepeat for in
syn keyword kdslOperatorWord and or not
syn keyword kdslBoolean true false
syn keyword kdslConstant null
syn keyword kdslLet let

" Words that mean something only where an entry begins.
syn match kdslHead /\(^\|[{,]\)\@<=\s*\(param\|type\|fn\|kind\|crd\|refine\|rule\|test\|import\|base\|extend\|remove\|namespace\|waive\|require\|primary\|deny\|warn\|help\|assert\|expect\|column\)\ze\s\+[A-Za-z_"\[(]/
syn match kdslHead /\(^\|[{,]\)\@<=\s*\(emit\|export\)\ze\s*{/
syn match kdslJoint /[A-Za-z0-9_")\]]\@<=\s\+\(from\|as\|on\|at\|with\|help\|warn\|deny\|update\)\ze\s\+[A-Za-z_"{(]/

syn match kdslNumber /\<[0-9]\+\(\.[0-9]\+\)\?\(%\|[A-Za-z][A-Za-z0-9]*\)\?/
syn match kdslOperator /[-=<>+*\/|?]\|\.\.\.\?/

syn match kdslEscape /\\\(u{[0-9A-Fa-f]\+}\|.\)/ contained
syn region kdslInterpolation matchgroup=kdslDelimiter start=/\${/ end=/}/ contained contains=TOP
syn region kdslString start=/"/ skip=/\\./ end=/"\|$/ contains=kdslEscape,kdslInterpolation,@Spell
syn region kdslString start=/"""/ skip=/\\./ end=/"""/ contains=kdslEscape,kdslInterpolation,@Spell
syn match kdslString /\<r"[^"]*"/
syn region kdslString start=/\<r"""/ end=/"""/

syn match kdslComment /\/\/.*$/ contains=kdslTodo,@Spell
syn match kdslDoc /\/\/\/\/\@!.*$/ contains=kdslTodo,@Spell
syn keyword kdslTodo TODO FIXME XXX contained

syn region kdslBlock start=/{/ end=/}/ transparent fold contains=TOP
syn sync minlines=200

hi def link kdslKey Identifier
hi def link kdslType Type
hi def link kdslCall Function
hi def link kdslMember Identifier
hi def link kdslConditional Conditional
hi def link kdslRepeat Repeat
hi def link kdslOperatorWord Operator
hi def link kdslBoolean Boolean
hi def link kdslConstant Constant
hi def link kdslLet Keyword
hi def link kdslHead Keyword
hi def link kdslJoint Keyword
hi def link kdslNumber Number
hi def link kdslOperator Operator
hi def link kdslEscape SpecialChar
hi def link kdslDelimiter Delimiter
hi def link kdslString String
hi def link kdslComment Comment
hi def link kdslDoc SpecialComment
hi def link kdslTodo Todo

let b:current_syntax = "kdsl"
