-- A report's HTML as a Word document: chapters are the first level, and the contents are a field.

local DEPTH = 2 -- levels of headings in the contents

local function escaped(text)
  return (text:gsub('&', '&amp;'):gsub('<', '&lt;'):gsub('>', '&gt;'):gsub('"', '&quot;'))
end

local function run(inner) return '<w:r>' .. inner .. '</w:r>' end

local function field(kind, attributes)
  return run('<w:fldChar w:fldCharType="' .. kind .. '"' .. (attributes or '') .. '/>')
end

-- The name that pandoc's Word writer gives a bookmark.
local function bookmark(id)
  if id:find('^%a') and #id <= 40 then return id end
  return 'X' .. pandoc.sha1(id):sub(2)
end

-- The contents are a field that Word renews on request; until then it shows the headings as links. Page numbers
-- are Word's to know, so there are none (\n).
local function contents(headings, title)
  local out = {
    '<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr>' .. run('<w:t>' .. escaped(title) .. '</w:t>') .. '</w:p>'
  }
  for place, heading in ipairs(headings) do
    local before = place > 1 and '' or field('begin')
      .. run('<w:instrText xml:space="preserve"> TOC \\o "1-' .. DEPTH .. '" \\h \\z \\n </w:instrText>') .. field('separate')
    local after = place < #headings and '' or field('end')
    out[#out + 1] = '<w:p><w:pPr><w:pStyle w:val="TOC' .. heading.level .. '"/></w:pPr>' .. before
      .. '<w:hyperlink w:anchor="' .. escaped(bookmark(heading.identifier)) .. '" w:history="1">'
      .. run('<w:t xml:space="preserve">' .. escaped(pandoc.utils.stringify(heading.content)) .. '</w:t>')
      .. '</w:hyperlink>' .. after .. '</w:p>'
  end
  return pandoc.RawBlock('openxml', table.concat(out))
end

function Header(header)
  header.level = math.max(header.level - 1, 1)
  return header
end

-- A table brings its own caption; what is set beside the print says nothing to Word.
function Figure(figure)
  if figure.classes:includes('table') then return figure.content end
end

-- In Latin letters; a Chinese character takes two.
local function width(text)
  local letters = 0
  for _, code in utf8.codes(text) do letters = letters + (code > 0x2e7f and 2 or 1) end
  return letters
end

local WIDEST, NARROWEST = 44, 6 -- letters that a column is measured by

-- Columns as wide as what stands in them asks for, the table as wide as the text.
function Table(tbl)
  local columns, sum = {}, 0
  local function look(rows)
    for _, row in ipairs(rows) do
      for place, cell in ipairs(row.cells) do
        local letters = math.min(width(pandoc.utils.stringify(cell.contents)) + 2, WIDEST)
        columns[place] = math.max(columns[place] or NARROWEST, letters)
      end
    end
  end
  look(tbl.head.rows)
  for _, body in ipairs(tbl.bodies) do look(body.body) end
  for place = 1, #tbl.colspecs do sum = sum + (columns[place] or NARROWEST) end
  for place, spec in ipairs(tbl.colspecs) do
    tbl.colspecs[place] = { spec[1], (columns[place] or NARROWEST) / sum }
  end
  return tbl
end

function Pandoc(doc)
  local headings = doc.blocks:filter(function(b) return b.t == 'Header' and b.level <= DEPTH and b.identifier ~= '' end)
  local title = pandoc.utils.stringify(doc.meta['contents-title'] or '')
  local blocks = pandoc.List()
  for _, block in ipairs(doc.blocks) do
    if block.t == 'Div' and block.identifier == 'contents' then
      if #headings > 0 then blocks:insert(contents(headings, title)) end
    elseif block.t == 'Div' and not block.attributes['custom-style'] then
      blocks:extend(block.content)
    else
      blocks:insert(block)
    end
  end
  return pandoc.Pandoc(blocks, doc.meta)
end
