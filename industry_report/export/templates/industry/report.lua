-- What pandoc's Typst writer leaves out, and PDF/UA asks for: text alternatives. And where a table finds room.

local NORMAL, SMALL = 96, 122  -- Latin letters to a line of a table, at 9 and at 7.5 points
local LONG = 10                -- lines; a table with more may break across pages, between rows
local UNBROKEN = 16            -- Latin letters; a longer word may break
local TURNED = '#landscape['

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('[\r\n]+', ' ') .. '"'
end

-- Text of the data is never markup: pandoc marks what would begin a heading or an item of a list where a paragraph
-- begins, and not where a cell or an item does.
local function escaped(inlines)
  local first = inlines[1]
  if not first then return inlines end
  if first.t == 'Span' then
    escaped(first.content)
  elseif first.t == 'Str' and (first.text:find('^=+$') or first.text:find('^[-+/]$')) then
    inlines:insert(1, pandoc.RawInline('typst', '\\'))
  elseif first.t == 'Str' and first.text:find('^%d+%.$') then
    inlines[1] = pandoc.RawInline('typst', first.text:sub(1, -2) .. '\\.')
  end
  return inlines
end

function Plain(plain)
  escaped(plain.content)
  return plain
end

function Image(image)
  local alt = quoted(pandoc.utils.stringify(image.caption))
  if image.classes:includes('small') or image.classes:includes('reading') then -- as wide as it was drawn
    return pandoc.RawInline('typst', '#image(' .. quoted(image.src) .. ', alt: ' .. alt .. ')')
  end
  return pandoc.RawInline('typst', '#picture(' .. quoted(image.src) .. ', ' .. alt .. ')')
end

local ZERO_WIDTH = '\u{200b}'
local LONG_FORMULA = 80 -- letters of TeX; a longer one may be wider than the page
local LONGEST = 60 -- Latin letters; a longer word would leave the page

local function split_long(text)
  return (text:gsub('[!-~]+', function(run)
    return #run >= LONGEST and run:gsub('.', '%0' .. ZERO_WIDTH):sub(1, -1 - #ZERO_WIDTH) or nil
  end))
end

function Str(word)
  if #word.text < LONGEST then return nil end
  word.text = split_long(word.text)
  return word
end

-- Markup that the exporter has tried already, in place of a formula that pandoc writes otherwise.
function Code(code)
  if code.attributes.typst == 'raw' then return pandoc.RawInline('typst', code.text) end
  code.text = split_long(code.text)
  return code
end

function Math(math)
  local markup = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), 'typst'):gsub('%s+$', '')
  if markup:sub(1, 1) ~= '$' then return pandoc.RawInline('typst', '#no-formula') end -- pandoc leaves it as TeX
  local block = math.mathtype == 'DisplayMath' and 'true' or 'false'
  local equation = 'math.equation(alt: ' .. quoted(math.text) .. ', block: ' .. block .. ', ' .. markup .. ')'
  local long = block == 'true' and #math.text > LONG_FORMULA
  return pandoc.RawInline('typst', long and '#fitted(' .. equation .. ')' or '#' .. equation)
end

local function enclosed(open, blocks, close)
  local made = pandoc.List({ pandoc.RawBlock('typst', open) })
  made:extend(blocks)
  made:insert(pandoc.RawBlock('typst', close))
  return made
end

-- A table brings its own figure and caption; a figure around it would be numbered twice. A figure's caption
-- stands above it, and its notes beside the drawing.
function Figure(figure)
  if figure.classes:includes('table') then
    return figure.content
  end
  if figure.content:find_if(function(b) return b.t == 'Table' end) then return nil end
  -- What has no caption is in no list of figures.
  if pandoc.utils.stringify(figure.caption.long) == '' then
    return enclosed('#figure(kind: "plain", supplement: none, outlined: false)[', figure.content, ']')
  end
  local blocks = enclosed('#exhibit([', figure.caption.long, '])[')
  blocks:extend(figure.content)
  blocks:insert(pandoc.RawBlock('typst', ']'))
  return blocks
end

-- Parts of a caption: the number, and below the headline what is shown. And a place that a link leads to: Typst
-- hangs a label on what stands before it, which may be nothing.
function Span(span)
  if span.identifier ~= '' and #span.content == 0 then
    return pandoc.RawInline('typst', '#metadata(none)#label(' .. quoted(span.identifier) .. ')')
  end
  if span.classes:includes('whole') then -- its parts stand on one line; the semicolon ends the call
    local inlines = pandoc.List({ pandoc.RawInline('typst', '#box[') })
    inlines:extend(span.content)
    inlines:insert(pandoc.RawInline('typst', '];'))
    return inlines
  end
  local part = span.classes:includes('of-exhibit') and 'number' or span.classes:includes('subtitle') and 'subtitle'
  if not part then return nil end
  local inlines = pandoc.List({ pandoc.RawInline('typst', '#' .. part .. '[') })
  inlines:extend(span.content)
  inlines:insert(pandoc.RawInline('typst', ']'))
  return inlines
end

-- In Latin letters; a Chinese character, three bytes or more, takes two, and Typst puts a space between the two kinds.
local function width(text)
  local letters, before = 0, nil
  for _, code in utf8.codes(text) do
    letters = letters + (code > 0x2e7f and 2 or 1)
    local kind = code >= 0x3400 and code <= 0x9fff and 'chinese'
      or (code < 0x80 and string.char(code):find('[%w%%]')) and 'latin' or nil
    if kind and before and kind ~= before then letters = letters + 0.5 end
    before = kind
  end
  return letters
end

-- What a number is written with; a few letters more are its unit. Its parts stand on one line.
local NUMERIC = {}
for _, code in utf8.codes('0123456789.,%+-−–~～/×()（） \u{a0}') do NUMERIC[code] = true end
local LONGEST_UNIT, LONGEST_NUMBER = 4, 24 -- Latin letters

local function is_number(text)
  local others = ''
  for _, code in utf8.codes(text) do if not NUMERIC[code] then others = others .. utf8.char(code) end end
  return text:find('%d') and width(others) <= LONGEST_UNIT and width(text) <= LONGEST_NUMBER
end

-- Figures are a tenth wider than the letters of a text, and a percent sign nearly two of them.
local function number_width(text)
  local _, figures = text:gsub('%d', '')
  local _, percents = text:gsub('%%', '')
  return width(text) + 0.1 * figures + 0.9 * percents
end

-- What a column cannot do without: a number or a word stays whole; a sentence, or Chinese, may wrap.
local function need(cell)
  local text = pandoc.utils.stringify(cell.contents)
  if is_number(text) then return number_width(text) end
  local longest = 0
  for word in text:gmatch('%S+') do longest = math.max(longest, math.min(width(word), 16)) end
  return longest
end

-- The width of all columns, each as wide as its widest cell by a measure.
local function needed(tbl, measure)
  local columns = {}
  local function look(rows)
    for _, row in ipairs(rows) do
      for i, cell in ipairs(row.cells) do columns[i] = math.max(columns[i] or 0, measure(cell)) end
    end
  end
  look(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do look(body.body) end
  local sum = 0
  for _, column in ipairs(columns) do sum = sum + column + 2 end
  return sum
end

local function whole(cell)
  local text = pandoc.utils.stringify(cell.contents)
  return is_number(text) and number_width(text) or width(text)
end

-- How many rows a table has, at least as many as lines of text.
local function length(tbl)
  local rows, letters = 0, 0
  for _, body in ipairs(tbl.bodies) do
    rows = rows + #body.body
    for _, row in ipairs(body.body) do
      for _, cell in ipairs(row.cells) do letters = letters + width(pandoc.utils.stringify(cell.contents)) end
    end
  end
  return math.max(rows, letters / NORMAL)
end

-- Words that no hyphenation knows, such as checksums and identifiers, may break anywhere in a cell. Typst could
-- find them, too, by a rule that would look at every cell each time it is laid out.
local function broken(word)
  return pandoc.Str((word.text:gsub('[!-~]+', function(run)
    return #run >= UNBROKEN and run:gsub('.', '%0' .. ZERO_WIDTH):sub(1, -1 - #ZERO_WIDTH) or nil
  end)))
end

-- Numbers whose parts could part at the end of a line, such as both ends of an interval, stand in a box.
local function keep_numbers(tbl)
  for _, body in ipairs(tbl.bodies) do
    for _, row in ipairs(body.body) do
      for _, cell in ipairs(row.cells) do
        local text, block = pandoc.utils.stringify(cell.contents), cell.contents[1]
        if #cell.contents == 1 and is_number(text) and text:find('[%s～%%/]') and block.content then
          block.content:insert(1, pandoc.RawInline('typst', '#box['))
          block.content:insert(pandoc.RawInline('typst', ']'))
        end
      end
    end
  end
  return tbl
end

-- Chinese words wrap where they must.
local WRAPPED = 12 -- Latin letters
local function cell_need(cell)
  local text, least = pandoc.utils.stringify(cell.contents), need(cell)
  return least > WRAPPED and not is_number(text) and text:find('[\xe4-\xe9]') and WRAPPED or least
end

-- A long head may take two lines, and a short one is whole.
local SHORT_HEAD = 13 -- Latin letters
local function head_need(cell)
  local least = need(cell)
  return least > SHORT_HEAD and pandoc.utils.stringify(cell.contents):find('[\xe4-\xe9]') and math.max(SHORT_HEAD, least / 2)
    or least
end

-- The greatest of each column by a measure of its heads and one of its cells, with a gap.
local GAP = 2.3 -- Latin letters: what stands left and right of a cell's text
local function widest(tbl, of_heads, of_cells)
  local widths = {}
  local function look(rows, measure)
    for _, row in ipairs(rows) do
      for i, cell in ipairs(row.cells) do widths[i] = math.max(widths[i] or 0, measure(cell) + GAP) end
    end
  end
  look(tbl.head.rows, of_heads)
  for _, body in ipairs(tbl.bodies) do look(body.body, of_cells) end
  return widths
end

-- A head may take two lines.
local function in_two(cell) return math.max(head_need(cell), whole(cell) / 2) end

-- How many lines a cell takes in a column of a width.
local function lines(letters, given) return math.max(math.ceil(1.08 * letters / math.max(given - 2, 1)), 1) end

local MOST_LOOKED_AT = 40 -- rows: in a longer table these tell how wide its columns are best
local STEP = 2            -- letters

-- How many lines all rows take, and those of one column alone a little: so its longest cell need not be the row's.
local function height(rows, given)
  local sum = 0
  for _, row in ipairs(rows) do
    local most = 1
    for i, letters in ipairs(row) do
      local taken = lines(letters, given[i] or 1)
      most, sum = math.max(most, taken), sum + 0.05 * taken
    end
    sum = sum + most
  end
  return sum
end

-- The column, and by how much, whose widening saves most lines for what it takes.
local function best_step(rows, given, wanted, room)
  local now, best, column, more = height(rows, given), 0, nil, 0
  for i = 1, #given do
    local old = given[i]
    for step = STEP, math.min(room, wanted[i] - old, 8 * STEP), STEP do
      given[i] = old + step
      local gain = (now - height(rows, given)) / step
      if gain > best then best, column, more = gain, i, step end
    end
    given[i] = old
  end
  return column, more
end

-- The widest give way to one level, and none below its longest word.
local function level(wanted, least)
  local most, given, sum = math.max(table.unpack(wanted)), {}, 0
  repeat
    sum = 0
    for i, width in ipairs(wanted) do
      given[i] = math.max(least[i], math.min(width, most))
      sum = sum + given[i]
    end
    most = most - 1
  until sum <= NORMAL or most < 1
  return given, sum
end

-- All tables are as wide as the page. A column gets what it would take on one line; where all together want more
-- than there is, each gets its longest word, and the rest goes where it
-- saves most lines, or to all alike if that saves more.
local function spread(tbl)
  local wanted, given = widest(tbl, in_two, whole), widest(tbl, head_need, cell_need)
  if #wanted == 0 or #wanted ~= #tbl.colspecs then return end
  local all, sum = 0, 0
  for i = 1, #wanted do all, sum = all + wanted[i], sum + given[i] end
  if all <= NORMAL then
    given, sum = wanted, all
  elseif sum < NORMAL then
    local rows = {}
    local function look(found)
      for _, row in ipairs(found) do
        if #rows < MOST_LOOKED_AT then rows[#rows + 1] = row.cells:map(whole) end
      end
    end
    look(tbl.head.rows)
    for _, body in ipairs(tbl.bodies) do look(body.body) end
    local even, sum_of_even = level(wanted, given)
    local column, more = best_step(rows, given, wanted, NORMAL - sum)
    while column do
      given[column], sum = given[column] + more, sum + more
      column, more = best_step(rows, given, wanted, NORMAL - sum)
    end
    if height(rows, even) <= height(rows, given) then given, sum = even, sum_of_even end
  end
  if sum == 0 then return end
  for i, spec in ipairs(tbl.colspecs) do tbl.colspecs[i] = { spec[1], given[i] / sum } end
end

-- A short table stays on one page; a long one may break, and then repeats its head. A table too wide for
-- the page is set smaller and, if that does not do, turned, unless the exporter says how it is set.
function Table(tbl)
  local breakable, letters, size = tostring(length(tbl) > LONG), needed(tbl, cell_need), tbl.attributes.typst
  local note, part = tbl.attributes['typst-note'], tbl.attributes['typst-part']
  tbl.attributes = {}
  local open = (breakable == 'true' and '#roomy[' or '#apart(breakable: false, width: 100%)[')
  if size == 'turned' or not size and letters > SMALL then
    open = TURNED
  elseif size == 'small' or not size and letters > NORMAL then
    open = '#small(' .. breakable .. ')['
  else
    spread(tbl)
  end
  local blocks = pandoc.List({ keep_numbers(tbl:walk({ Str = broken })) })
  if note then blocks:insert(1, pandoc.Para({ pandoc.Emph({ pandoc.Str(note) }) })) end
  -- The parts of a table whose columns do not find room side by side share a turned sheet.
  if part ~= 'middle' and part ~= 'last' then blocks:insert(1, pandoc.RawBlock('typst', open)) end
  if part ~= 'middle' and part ~= 'first' then blocks:insert(pandoc.RawBlock('typst', ']')) end
  return blocks
end

-- The page that says the report: each part has a function of its own in the template.
local PARTS = { summary = 'summary-page', ['summary-points'] = 'summary-points', ['summary-scope'] = 'summary-scope',
  ['reading-notes'] = 'reading-notes', ['exhibit-note'] = 'exhibit-note', lead = 'summary-lead', finding = 'panel-finding', measure = 'panel-measure', see = 'panel-see' }

function Div(div)
  local part = div.classes[1]
  if PARTS[part] then return enclosed('#' .. PARTS[part] .. '[', div.content, ']') end
  if part == 'summary-panels' then return enclosed('#summary-panels(', div.content, ')') end
  if part == 'exhibit-beside' then return enclosed('#beside(', div.content, ')') end
  if part == 'exhibit-drawing' or part == 'exhibit-notes' then return enclosed('[', div.content, '],') end
  if part == 'summary-panel' then return enclosed('[', div.content, '],') end
  if div.identifier == 'contents' then
    return pandoc.RawBlock('typst', '#show: contents.with(front)')
  end
  return div.content
end

-- From here on the annex, which is set smaller.
function Header(header)
  if header.identifier ~= 'appendix' then return nil end
  return { header, pandoc.RawBlock('typst', '#show: annex') }
end

local function begins_exhibit(block)
  return block and block.t == 'RawBlock' and (block.text:find('^#exhibit%(') or block.text:find('^#apart%(')
    or block.text:find('^#roomy%[') or block.text:find('^#small%('))
end

-- A turned table has a page of its own, and the headings just above it go along. What leads to any other exhibit
-- stands on its page.
function Pandoc(doc)
  local blocks = pandoc.List()
  for place, block in ipairs(doc.blocks) do
    local leads = block.t == 'Para' or block.t == 'BulletList'
    if leads and begins_exhibit(doc.blocks[place + 1]) then
      blocks:extend(enclosed('#lead-in[', { block }, ']'))
      goto continue
    end
    local heads = 0
    while block.text == TURNED and #blocks > heads and blocks[#blocks - heads].t == 'Header' do heads = heads + 1 end
    blocks:insert(#blocks + 1 - heads, block)
    ::continue::
  end
  return pandoc.Pandoc(blocks, doc.meta)
end
