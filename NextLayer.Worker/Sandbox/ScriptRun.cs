using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Parser;
using Jint.Runtime;
using Script = Jint.Parser.Ast.Program;

namespace NextLayer.Worker.Sandbox;

/// <summary>
/// One script in an engine of its own: without the CLR, without I/O, with bounds on statements, time and depth. Memory is
/// bounded by the process around it. Called on a thread with <see cref="StackBytes"/> of stack.
/// </summary>
internal sealed class ScriptRun(SandboxRequest request)
{
    /// <summary>An interpreter nests some calls of its own for each of the script's.</summary>
    public const int StackBytes = 64 * 1024 * 1024;

    private const int DeepestRecursion = 400;
    private const int LongestMessage = 1000;
    private const string SourceName = "code";

    // On a line of its own, so that the script's columns are right; its lines are one too high.
    private const string Opening = "(function (input, run, console) {\n";
    private const string Closing = "\n})";

    private static readonly Script Prelude = ReadPrelude();

    private readonly Engine engine = new(options => options
        .Strict()
        .Culture(CultureInfo.InvariantCulture)
        .LocalTimeZone(TimeZoneInfo.Utc)
        .MaxStatements(request.Statements)
        .TimeoutInterval(TimeSpan.FromMilliseconds(request.TimeoutMs))
        .LimitRecursion(DeepestRecursion));

    private ObjectInstance? helpers;

    private static Script ReadPrelude()
    {
        using var stream = typeof(ScriptRun).Assembly.GetManifestResourceStream("NextLayer.Worker.Sandbox.prelude.js")!; // Embedded by the project file.
        using var reader = new StreamReader(stream);
        return new JavaScriptParser().Parse(reader.ReadToEnd());
    }

    public SandboxAnswer Execute()
    {
        try
        {
            helpers = engine.Execute(Prelude).GetCompletionValue().Invoke(request.NowMs, request.Seed).AsObject();
            var (input, run) = (Read(request.Input), Read(request.Run));
            var script = engine.Execute(Opening + request.Code + Closing, new ParserOptions { Source = SourceName }).GetCompletionValue();
            return Answer(Call("write", script.Invoke(input, run, helpers.Get("console"))));
        }
        catch (Exception ex) when (ex is not OutOfMemoryException)
        {
            return Failed(ex);
        }
    }

    private JsValue Read(JsonElement json) => Call("read", json.GetRawText());

    private JsValue Call(string helper, params JsValue[] arguments) => helpers!.Get(helper).Invoke(arguments); // Set before anything is called.

    private SandboxAnswer Answer(JsValue text)
    {
        if (!text.IsString())
            return new SandboxAnswer { End = SandboxEnd.NoResult, Logs = Logs() };
        var result = text.AsString();
        return Encoding.UTF8.GetByteCount(result) > request.MaxResultBytes
            ? new SandboxAnswer { End = SandboxEnd.TooLarge, Logs = Logs() }
            : new SandboxAnswer { End = SandboxEnd.Completed, Result = result, Logs = Logs() };
    }

    private SandboxAnswer Failed(Exception ex) => ex switch
    {
        StatementsCountOverflowException => Limit($"It executed more than {request.Statements} statements."),
        RecursionDepthOverflowException => Limit($"It called itself more than {DeepestRecursion} times deep."),
        TimeoutException or RegexMatchTimeoutException => Limit($"It took longer than {request.TimeoutMs} ms."),
        ParserException wrong => Error(
            $"{wrong.Description} (scripts are ECMAScript 5.1 with let and const: no arrow functions, classes or template literals)",
            wrong.LineNumber, wrong.Column),
        JavaScriptException thrown => Error(Describe(thrown.Error), LineOf(thrown.Location), thrown.Location?.Start.Column),
        // The engine stumbles over an object thrown that is no error.
        ArgumentException => Error("Something was thrown that is no Error.", LineOf(engine.GetLastSyntaxNode()?.Location), null),
        _ => Error($"The interpreter could not carry it out: {ex.Message}", LineOf(engine.GetLastSyntaxNode()?.Location), null),
    };

    private SandboxAnswer Limit(string message) => new() { End = SandboxEnd.Limit, Message = message, Logs = Logs() };

    private SandboxAnswer Error(string message, int? line, int? column) => new()
    {
        End = SandboxEnd.Error,
        Message = message.Length > LongestMessage ? message[..LongestMessage] : message,
        Line = line is > 1 ? Math.Min(line.Value - 1, request.Code.Count(c => c == '\n') + 1) : null, // What never closes is missed behind the end.
        Column = line is > 1 ? column + 1 : null,
        Logs = Logs(),
    };

    // A place in the prelude tells nobody anything.
    private static int? LineOf(Location? location) => location?.Source == SourceName ? location.Start.Line : null;

    private static string Describe(JsValue thrown)
    {
        if (!thrown.IsObject())
            return $"Thrown: {thrown}";
        var (name, message) = (Text(thrown, "name"), Text(thrown, "message"));
        return (name, message) switch
        {
            (null, null) => "Something was thrown that is no Error.",
            (null, { } only) => only,
            (_, null or "") => name,
            _ => $"{name}: {message}",
        };
    }

    private static string? Text(JsValue thrown, string name)
    {
        try
        {
            return thrown.AsObject().Get(name) is { } value && value.IsString() ? value.AsString() : null;
        }
        catch (JavaScriptException)
        {
            return null; // A getter that throws.
        }
    }

    private string[] Logs()
    {
        try
        {
            engine.ResetStatementsCount(); // What was written before a limit shall be read.
            engine.ResetTimeoutTicks();
            return helpers is null ? [] : JsonSerializer.Deserialize<string[]>(Call("logs").AsString()) ?? [];
        }
        catch (Exception ex) when (ex is not OutOfMemoryException)
        {
            return [];
        }
    }
}
