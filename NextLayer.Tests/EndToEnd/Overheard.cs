using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace NextLayer.Tests.EndToEnd;

/// <summary>All that was logged, traced, published or answered while a test listened, as text to be searched.</summary>
internal sealed class Overheard : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(string Where, string Text)> heard = new();
    private readonly ConcurrentBag<int> foreign = [];
    private readonly ActivityListener spans;

    public Overheard()
    {
        spans = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Take,
        };
        ActivitySource.AddActivityListener(spans);
    }

    public int Count(string where) => heard.Count(each => each.Where == where);

    public void Add(string where, string? text) => heard.Enqueue((where, text ?? ""));

    /// <summary>Passes over the spans of another system that runs in this process: what it tells of its callers is its own affair.</summary>
    public void PassOver(Uri system) => foreign.Add(system.Port);

    /// <summary>Where a secret can be read: as it is, in hexadecimal digits, or in Base64 wherever it lies in a longer text.</summary>
    public IReadOnlyList<string> Find(string core)
    {
        var bytes = Encoding.UTF8.GetBytes(core);
        string[] forms =
        [
            core, Convert.ToHexStringLower(bytes), Convert.ToHexString(bytes),
            .. Enumerable.Range(0, 3).Select(before => Convert.ToBase64String([.. new byte[before], .. bytes])[4..^8]),
        ];
        return [.. heard
            .SelectMany(each => forms.Where(form => each.Text.Contains(form, StringComparison.OrdinalIgnoreCase))
                .Select(form => $"{each.Where}: {Around(each.Text, form)}"))
            .Distinct().Take(20)];
    }

    private static string Around(string text, string form)
    {
        var at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(at - 200, 0)..Math.Min(at + form.Length + 60, text.Length)];
    }

    private void Take(Activity span)
    {
        if (span.Kind == ActivityKind.Server && span.GetTagItem("server.port") is int port && foreign.Contains(port))
            return;
        Add(
            "span",
            string.Join(
                ' ',
                span.TagObjects.Concat(span.Events.SelectMany(e => e.Tags)).Concat(span.Baggage.Select(b => KeyValuePair.Create(b.Key, (object?)b.Value)))
                    .Select(tag => $"{tag.Key}={tag.Value}").Append(span.DisplayName).Append(span.OperationName).Append(span.StatusDescription)));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Add("log", state.ToString());
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add("log", $"{formatter(state, exception)} {exception} {(state is IEnumerable<KeyValuePair<string, object?>> values ? string.Join(' ', values.Select(v => v.Value)) : "")}");

    public void Dispose() => spans.Dispose();
}
