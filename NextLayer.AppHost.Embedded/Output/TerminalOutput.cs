using NextLayer.AppHost.Embedded.Running;

namespace NextLayer.AppHost.Embedded.Output;

/// <summary>Resource name before each line, in a colour of its own where the terminal has any.</summary>
internal sealed class TerminalOutput(TextWriter writer, bool colours, int labelWidth) : IResourceOutput
{
    private const string Own = "nextlayer";

    // Readable on dark and light backgrounds; red is left for trouble.
    private static readonly int[] Palette = [36, 33, 35, 32, 34, 96, 95, 92];

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> colourOf = [];

    public static TerminalOutput OfThisProcess(int labelWidth) =>
        new(Console.Out, !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null, labelWidth);

    public void Say(string text)
    {
        foreach (var line in text.Split('\n'))
            Print(Own, line, bold: true);
    }

    public void Line(string label, string text) => Print(label, text, bold: false);

    public void StateChanged(ReplicaState state, string? detail)
    {
        var text = state.State.ToString().ToLowerInvariant();
        if (state.State is ReplicaPhase.Healthy && state.Address is not null)
            text += $" at {state.Address}";
        Print(state.Label, $"● {text}{(detail is null ? "" : $" ({detail})")}", bold: true);
    }

    private void Print(string label, string text, bool bold)
    {
        lock (gate)
        {
            var name = label.PadRight(Math.Max(labelWidth, Own.Length));
            writer.WriteLine(colours ? $"\e[{Colour(label)}m{name} |\e[0m {(bold ? "\e[1m" : "")}{text}\e[0m" : $"{name} | {text}");
            writer.Flush();
        }
    }

    private int Colour(string label)
    {
        if (!colourOf.TryGetValue(label, out var colour))
            colourOf[label] = colour = Palette[colourOf.Count % Palette.Length];
        return colour;
    }
}
