using System.Diagnostics;
using System.Text.Json;
using NextLayer.AppHost.Embedded.Processes;
using NextLayer.Contracts.Json;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Sandbox;
using NextLayer.Worker.Steps.Code;

namespace NextLayer.Tests.Worker.Steps;

public sealed class InlineCodeStepTests(InlineCodeStepTests.Sandboxes sandboxes) : IClassFixture<InlineCodeStepTests.Sandboxes>
{
    private readonly StepBench bench = new();

    private InlineCodeStep Step => new(sandboxes.Pool);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Expression_SeesTheInputItNames()
    {
        var output = await bench.OutputAsync(
            Step, """{"language": "expression", "code": "input.a + input.b", "input": {"a": 1, "b": "{{ input.b }}"}}""", new { b = 41 });

        Assert.Equal("""{"result":42,"logs":[]}""", output.GetRawText());
    }

    // The validator takes both, so both must run.
    [Theory]
    [InlineData("input.b + 1")]
    [InlineData("{{ input.b + 1 }}")]
    [InlineData("  {{input.b + 1}}  ")]
    public async Task Expression_MayStandInBraces(string code)
    {
        var output = await bench.OutputAsync(Step, new { language = "expression", code }, new { b = 41 });

        Assert.Equal(42, output.GetProperty("result").GetInt32());
    }

    [Theory]
    [InlineData("input.missing", "TEMPLATE_UNRESOLVED")]
    [InlineData("1 / 0", "EXPRESSION")]
    [InlineData("1 +", "EXPRESSION")]
    [InlineData("[1,2,3,4,5,6,7,8,9,0].all(a, [1,2,3,4,5,6,7,8,9,0].all(b, [1,2,3,4,5,6,7,8,9,0].all(c, [1,2,3,4,5,6,7,8,9,0].all(d, [1,2,3,4,5,6,7,8,9,0].all(e, a + b + c + d + e >= 0)))))", "CODE_LIMIT")]
    public async Task Expression_ThatFails_SaysHow(string code, string expected)
    {
        var failure = await bench.FailureAsync(Step, new { language = "expression", code });

        Assert.Equal((expected, false), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task JavaScript_SeesItsInputAndTheRun_AndWritesLogs()
    {
        var output = await bench.OutputAsync(
            Step,
            new { code = "console.log('sum of', input.list, undefined);\nlet total = 0;\nfor (var n in input.list) total += input.list[n];\nreturn { total: total, run: run.id, at: run.now };", input = new { list = new[] { 1, 2.5 } } });

        Assert.Equal(
            $$$"""{"result":{"total":3.5,"run":"{{{StepBench.RunId}}}","at":"2030-01-01T00:00:00+00:00"},"logs":["sum of [1,2.5] undefined"]}""", output.GetRawText());
        Assert.Equal(["sum of [1,2.5] undefined"], bench.Lines.Select(l => l.Message));
    }

    [Fact]
    public async Task JavaScript_WithoutInput_SeesTheRuns() =>
        Assert.Equal("{}", (await bench.OutputAsync(Step, new { code = "return input" })).GetProperty("result").GetRawText());

    [Theory]
    [InlineData("return [new Date().toISOString(), Date.now(), new Date(2020, 0, 31).toISOString(), (new Date()).constructor.now()]", """["2030-01-01T00:00:00.000Z",1893456000000,"2020-01-31T00:00:00.000Z",1893456000000]""")]
    [InlineData("return Date.UTC(2030, 0, 1) === Date.parse('2030-01-01T00:00:00Z') && new Date('2030-01-01T00:00:00Z').getTime() === Date.now()", "true")]
    [InlineData("return [typeof require, typeof process, typeof importNamespace, typeof System, typeof setTimeout, typeof fetch, typeof host]", """["undefined","undefined","undefined","undefined","undefined","undefined","undefined"]""")]
    [InlineData("return [({}).GetType, ''.GetType, console.log.GetType, input.GetType].map(function (x) { return typeof x })", """["undefined","undefined","undefined","undefined"]""")]
    [InlineData("return [[1, [2]].flat(), [3].includes(3), 'a'.padStart(3, '-'), Object.entries({ a: 1 }), 'ab'.startsWith('a'), 'x'.repeat(2), Object.assign({ a: 1 }, { b: 2 })]", """[[1,2],true,"--a",[["a",1]],true,"xx",{"a":1,"b":2}]""")]
    [InlineData("JSON.stringify = function () { return 'x' }; Array.prototype.push = null; console.log('a'); return [1]", "[1]")]
    [InlineData("return null", "null")]
    [InlineData("return 'Grüße \\u2028 \\u0001 \\\\ \\u0022'", "\"Grüße \u2028 \\u0001 \\\\ \\\"\"")]
    [InlineData("var s = 'a'; for (var i = 0; i < 16; i++) s += s; return s.length", "65536")]
    public async Task JavaScript_LivesInAWorldOfItsOwn(string code, string expected)
    {
        var output = await bench.OutputAsync(Step, new { code });

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), output.GetProperty("result")), output.GetRawText());
    }

    [Fact]
    public async Task JavaScript_IsTheSameOnEveryAttempt_AndLeavesNothingBehind()
    {
        const string code = "if (typeof kept !== 'undefined') throw new Error('kept'); Function('return this')().kept = 1; return [Math.random(), Math.random()]";

        var (one, two) = (await bench.OutputAsync(Step, new { code }), await bench.OutputAsync(Step, new { code }));

        Assert.Equal(one.GetRawText(), two.GetRawText());
        Assert.NotEqual(one.GetProperty("result")[0].GetDouble(), one.GetProperty("result")[1].GetDouble());
        Assert.InRange(one.GetProperty("result")[0].GetDouble(), 0, 1);
    }

    [Theory]
    [InlineData("var a = 1;\nfoo.bar();", "ReferenceError: foo is not defined (line 2)", 2)]
    [InlineData("throw new TypeError('bad');", "TypeError: bad (line 1)", 1)]
    [InlineData("\nthrow 'text'", "Thrown: text (line 2)", 2)]
    [InlineData("function f() {\n  input.list.map(function (x) {\n    return x.a.b;\n  });\n}\nf();", "TypeError", 3)]
    [InlineData("var x = ;", "Unexpected token ; (scripts are", 1)]
    [InlineData("return [1].map(x => x)", "Unexpected token > (scripts are ECMAScript 5.1", 1)]
    [InlineData("return 1 }", "Unexpected", 1)]
    [InlineData("var a = {}; a.a = a; return a", "TypeError", null)]
    [InlineData("throw { get message() { throw 1 } }", "", null)]
    public async Task JavaScript_ThatThrows_SaysWhere(string code, string message, int? line)
    {
        var failure = await bench.FailureAsync(Step, new { code, input = new { list = new[] { 1 } } });

        Assert.Equal(("CODE_ERROR", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.StartsWith(message, failure.Error.Message, StringComparison.Ordinal);
        var told = failure.Error.Detail!.Value.GetProperty("line");
        if (line is not null)
            Assert.Equal(line, told.GetInt32());
    }

    [Theory]
    [InlineData("var a = 1;")]
    [InlineData("return undefined")]
    [InlineData("return function () {}")]
    public async Task JavaScript_WithoutAResult_Fails(string code) =>
        Assert.Equal("CODE_NO_RESULT", (await bench.FailureAsync(Step, new { code })).Error.Code);

    [Theory]
    [InlineData("while (true) {}", 200_000)]
    [InlineData("for (;;);", 200_000)]
    [InlineData("return (function f() { return f(); })()", 10_000_000)]
    [InlineData("console.log('before'); return new RegExp('^(a+)+$').test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')", 200_000)]
    [InlineData("while (true) { try { while (true) {} } catch (e) {} }", 200_000)]
    public async Task JavaScript_WithoutEnd_IsStoppedByItsOwnEngine(string code, int statements)
    {
        var before = await ProcessAsync();

        var failure = await bench.FailureAsync(Step, new { code, limits = new { statements } });

        Assert.Equal(("CODE_LIMIT", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal(code.Contains("before") ? ["before"] : [], bench.Lines.Select(l => l.Message));
        Assert.Equal(before, await ProcessAsync());
    }

    [Theory]
    [InlineData("var s = 'x', a = []; while (s.length < 1e5) s += s; while (true) a.push(s + a.length);")]
    [InlineData("var s = 'x'; while (true) s += s;")]
    [InlineData("var a = {}; for (var i = 0; ; i++) a['k' + i] = { i: i };")]
    [InlineData("try { var s = 'x'; while (true) s += s; } catch (e) { return 'caught' }")]
    public async Task JavaScript_ThatEatsMemory_EndsItsSandboxAndNothingElse(string code)
    {
        var failure = await bench.FailureAsync(Step, new { code, limits = new { statements = 10_000_000, timeout = 50 } });
        var next = await bench.OutputAsync(Step, new { code = "return 'well'" });

        // Memory as a rule; time where the collector of a busy machine fights for the last byte.
        Assert.Equal(("CODE_LIMIT", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal("well", next.GetProperty("result").GetString());
    }

    [Fact]
    public async Task JavaScript_ThatNestsTooDeep_EndsItsSandboxAndNothingElse()
    {
        var code = "return " + new string('(', 30_000) + "1" + new string(')', 30_000);

        var result = await bench.RunAsync(Step, new { code });
        var next = await bench.OutputAsync(Step, new { code = "return 'well'" });

        Assert.True(result is StepResult.Completed or StepResult.Failed { Error.Code: "CODE_LIMIT" or "CODE_ERROR" }, result.ToString());
        Assert.Equal("well", next.GetProperty("result").GetString());
    }

    // What no engine counts: one statement that takes for ever. The process is ended from outside.
    [Fact]
    public async Task JavaScript_ThatOutstaysItsTime_IsKilledAndReplaced()
    {
        var before = await ProcessAsync();

        var failure = await bench.FailureAsync(
            Step, new { code = "var a = []; a.length = 4294967295; a.reverse(); a.sort(); return a.indexOf(1)", limits = new { timeout = 0.1 } });

        Assert.Equal("CODE_LIMIT", failure.Error.Code);
        Assert.NotEqual(before, await ProcessAsync());
    }

    [Fact]
    public async Task JavaScript_WithAResultThatIsTooLarge_Fails()
    {
        var failure = await bench.FailureAsync(Step, new { code = "var s = 'a'; for (var i = 0; i < 19; i++) s += s; return s" });

        Assert.Equal("OUTPUT_TOO_LARGE", failure.Error.Code);
    }

    [Fact]
    public async Task JavaScript_ThatIsInterrupted_LeavesNoProcessBehind()
    {
        using var pool = new SandboxPool(new WorkerOptions { Sandboxes = 1 }, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        await pool.RunAsync(Request("return 1"), 32, Ct);

        var running = pool.RunAsync(Request("for (;;);"), 32, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, pool.Count);
    }

    [Fact]
    public async Task Pool_OfSeveralSizes_KeepsNoMoreProcessesThanPlaces()
    {
        using var pool = new SandboxPool(new WorkerOptions { Sandboxes = 1 }, TimeProvider.System);

        foreach (var size in new[] { 1, 32, 33, 200 })
            Assert.Equal(SandboxEnd.Completed, (await pool.RunAsync(Request("return 1"), size, Ct)).Answer?.End);

        Assert.Equal(1, pool.Count);
    }

    // A worker that is killed closes its end of the pipe; nothing else tells the sandbox.
    [Fact]
    public async Task Sandbox_WhoseWorkerIsGone_EndsInMidScript()
    {
        using var child = await StartAsync();
        var endless = Request("for (;;);") with { Statements = int.MaxValue, TimeoutMs = int.MaxValue };
        await SandboxFrames.WriteAsync(child.StandardInput.BaseStream, JsonSerializer.SerializeToUtf8Bytes(endless, NextLayerJson.Options), Ct);

        child.StandardInput.Close();

        await child.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(20), Ct);
        Assert.Equal(0, child.ExitCode);
    }

    // Ctrl+C and a service manager's stop go to the worker's children as well, while it lets its steps finish.
    [Fact]
    public async Task Sandbox_OfAWorkerThatIsAskedToStop_FinishesItsScript()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent by Unix's kill.");
        using var child = await StartAsync();
        await SandboxFrames.WriteAsync(child.StandardInput.BaseStream, JsonSerializer.SerializeToUtf8Bytes(Request("return 1"), NextLayerJson.Options), Ct);
        Assert.NotNull(await SandboxFrames.ReadAsync(child.StandardOutput.BaseStream, 1000, Ct));

        foreach (var signal in new[] { ChildSignal.Interrupt, ChildSignal.Terminate, ChildSignal.Quit })
            Assert.True(NativeSignals.Send(child.Id, signal));
        await SandboxFrames.WriteAsync(child.StandardInput.BaseStream, JsonSerializer.SerializeToUtf8Bytes(Request("return 2"), NextLayerJson.Options), Ct);
        var answer = await SandboxFrames.ReadAsync(child.StandardOutput.BaseStream, 1000, Ct);

        Assert.Equal("2", JsonSerializer.Deserialize<SandboxAnswer>(answer!, NextLayerJson.Options)!.Result); // A sandbox that ended answers null.
        child.StandardInput.Close();
        await child.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(20), Ct);
        Assert.Equal(0, child.ExitCode);
    }

    [Fact]
    public void Sandbox_OfAWorkerWithKeys_InheritsNone()
    {
        var environment = SandboxCommand.For(32).Environment;

        Assert.DoesNotContain(environment.Keys, name => name.StartsWith("CP_", StringComparison.Ordinal) || name is "PATH" or "Orchestrator");
        Assert.Equal("3800000", environment["DOTNET_GCHeapHardLimit"]);
    }

    [Theory]
    [InlineData("""{"code": ""}""")]
    [InlineData("""{"code": "return 1", "language": "python"}""")]
    [InlineData("""{"code": "return 1", "limits": {"timeout": 61}}""")]
    [InlineData("""{"code": "return 1", "limits": {"memory_mb": 1000}}""")]
    [InlineData("""{"code": "return 1", "limits": {"statements": 0}}""")]
    public async Task Config_ThatMakesNoSense_Fails(string config) =>
        Assert.Equal("CONFIG", (await bench.FailureAsync(Step, config)).Error.Code);

    /// <summary>The process that serves the next script; there is one place only.</summary>
    private async Task<int> ProcessAsync()
    {
        await bench.OutputAsync(Step, new { code = "return 1" });
        return sandboxes.Pool.IdleIds.Single();
    }

    private static async Task<Process> StartAsync()
    {
        var child = Process.Start(SandboxCommand.For(32))!; // Starts or throws.
        child.ErrorDataReceived += (_, _) => { };
        child.BeginErrorReadLine();
        Assert.Empty((await SandboxFrames.ReadAsync(child.StandardOutput.BaseStream, 100, Ct))!); // Ready.
        return child;
    }

    private static SandboxRequest Request(string code) => new()
    {
        Code = code,
        Input = JsonElement.Parse("{}"),
        Run = JsonElement.Parse("{}"),
        NowMs = 0,
        Seed = 1,
        Statements = 100_000_000,
        TimeoutMs = 30_000,
        MaxResultBytes = 1000,
    };

    /// <summary>One sandbox for all tests of the class.</summary>
    public sealed class Sandboxes : IDisposable
    {
        internal SandboxPool Pool { get; } = new(new WorkerOptions { Sandboxes = 1 }, TimeProvider.System);

        public void Dispose() => Pool.Dispose();
    }
}
