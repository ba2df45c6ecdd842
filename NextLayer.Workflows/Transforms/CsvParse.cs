using System.Text;
using System.Text.Json;
using NextLayer.Workflows.Catalog;

namespace NextLayer.Workflows.Transforms;

/// <summary>
/// CSV by RFC 4180: quotes round cells that hold the delimiter, quotes (doubled) or line ends. With a header each row
/// is an object, else a list; all cells are text. A row with too many or too few cells is a bad item.
/// </summary>
internal static class CsvParse
{
    public static Evaluated<TransformResult> Apply(TransformRun run, string text)
    {
        var delimiter = StepSchema.TextOf(run.Config, "delimiter") is { Length: 1 } given ? given[0] : ',';
        if (ReadRows(text.TrimStart('\uFEFF'), delimiter) is not { } rows)
            return ParseTransform.NotReadable("CSV", "a quoted cell is not closed.");
        var hasHeader = !run.Config.TryGetProperty("header", out var header) || header.ValueKind != JsonValueKind.False;
        if (!hasHeader)
            return TransformResult.Of(rows.Select(r => JsonSerializer.SerializeToElement(r)));
        if (rows.Count == 0)
            return TransformResult.Of([]);
        if (rows[0].Distinct(StringComparer.Ordinal).Count() < rows[0].Count)
            return ParseTransform.NotReadable("CSV", "the header names a column twice.");
        return ReadObjects(run, rows);
    }

    private static Evaluated<TransformResult> ReadObjects(TransformRun run, List<List<string>> rows)
    {
        var names = rows[0];
        var objects = new List<JsonElement>();
        var items = Enumerable.Range(0, rows.Count - 1).Select(i => new Item(JsonOut.Null, i)).ToArray();
        var failure = run.ForEach(items, item =>
        {
            var cells = rows[item.Index + 1];
            if (cells.Count != names.Count)
            {
                return new EvaluationFailure(EvaluationFailure.TransformType,
                    $"the row has {cells.Count} cells and the header {names.Count}.", $"source[{item.Index}]");
            }
            objects.Add(JsonOut.Write(writer =>
            {
                writer.WriteStartObject();
                for (var i = 0; i < cells.Count; i++)
                    writer.WriteString(names[i], cells[i]);
                writer.WriteEndObject();
            }));
            return null;
        });
        return failure is null ? TransformResult.Of(objects) : failure;
    }

    // Null when a quote is left open. Empty lines are no rows.
    private static List<List<string>>? ReadRows(string text, char delimiter)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        var cell = new StringBuilder();
        var (isQuoted, wasQuoted) = (false, false);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (isQuoted)
            {
                if (c != '"')
                    cell.Append(c);
                else if (at + 1 < text.Length && text[at + 1] == '"')
                    cell.Append(text[at++]);
                else
                    isQuoted = false;
            }
            else if (c == '"' && cell.Length == 0)
            {
                isQuoted = wasQuoted = true;
            }
            else if (c == delimiter)
            {
                EndCell();
            }
            else if (c is '\r' or '\n')
            {
                EndRow();
            }
            else
            {
                cell.Append(c);
            }
        }
        EndRow();
        return isQuoted ? null : rows;

        void EndCell()
        {
            row.Add(cell.ToString());
            cell.Clear();
            wasQuoted = false;
        }

        void EndRow()
        {
            if (row.Count == 0 && cell.Length == 0 && !wasQuoted)
                return;
            EndCell();
            rows.Add(row);
            row = [];
        }
    }
}
