-- Turns HTML into Typst markup, piece after piece, so that pandoc starts once for many reports.
-- A request is a line: the HTML as JSON. So is the answer: {"markup": …}, or {"error": …}. The argument is the
-- file of a filter.

-- A filter is read as pandoc would read it: each of its global functions is a handler.
local scope, filter = setmetatable({}, { __index = _G }), {}
assert(loadfile(arg[1], 't', scope))()
for name, handler in pairs(scope) do filter[name] = handler end

-- The title of the page is its h1; in print the chapters are the first level.
local headings = { Header = function(header) header.level = math.max(header.level - 1, 1); return header end }

local function convert(request)
  -- An empty list of files: in pandoc's sandbox, where what a page names is not read from this machine.
  local read = pandoc.read(pandoc.json.decode(request, false), 'html', {}, {})
  local document = read:walk(headings):walk(filter)
  return { markup = pandoc.write(document, 'typst', { wrap_text = 'preserve' }) }
end

for request in io.lines() do
  local done, answer = pcall(convert, request)
  io.write(pandoc.json.encode(done and answer or { error = tostring(answer) }), '\n')
  io.flush()
end
