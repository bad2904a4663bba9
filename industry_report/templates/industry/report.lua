-- What pandoc's Typst writer leaves out, and PDF/UA asks for: text alternatives.

local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"'):gsub('[\r\n]+', ' ') .. '"'
end

function Image(image)
  local alt = quoted(pandoc.utils.stringify(image.caption))
  return pandoc.RawInline('typst', '#image(' .. quoted(image.src) .. ', alt: ' .. alt .. ')')
end

function Math(math)
  local markup = pandoc.write(pandoc.Pandoc({ pandoc.Plain({ math }) }), 'typst'):gsub('%s+$', '')
  local block = math.mathtype == 'DisplayMath' and 'true' or 'false'
  return pandoc.RawInline(
    'typst', '#math.equation(alt: ' .. quoted(math.text) .. ', block: ' .. block .. ', ' .. markup .. ')')
end

-- A table brings its own figure and caption; a figure around it would be numbered twice.
function Figure(figure)
  if figure.classes:includes('table') then
    return figure.content
  end
end

-- A short table stays on one page; only a long one may break, and then repeats its head.
function Table(tbl)
  local rows = 0
  for _, body in ipairs(tbl.bodies) do rows = rows + #body.body end
  if rows <= 15 then
    return {
      pandoc.RawBlock('typst', '#block(breakable: false, width: 100%, above: 1.8em, below: 1.8em)['), tbl, pandoc.RawBlock('typst', ']'),
    }
  end
end

function Div(div)
  if div.identifier == 'contents' then
    return pandoc.RawBlock('typst', '#contents(words)')
  end
end
