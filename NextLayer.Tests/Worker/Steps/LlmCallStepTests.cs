using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;
using NextLayer.Worker.Steps.Llm;

namespace NextLayer.Tests.Worker.Steps;

/// <summary><c>llm_call</c> against stand-ins that speak the providers' documented JSON.</summary>
public sealed class LlmCallStepTests : IAsyncLifetime, IDisposable
{
    private readonly GuardedHttp http = new(new GuardedConnector(new AllowedHosts(["127.0.0.0/8"])));
    private readonly StepBench bench = new();
    private TestConnectors connectors = null!; // Set before any test runs.

    private LlmCallStep Step
    {
        get
        {
            var llm = new LlmHttp(http);
            return new LlmCallStep(
                [new OpenAiProvider(llm, connectors.Source), new AnthropicProvider(llm, connectors.Source), new GoogleProvider(llm, connectors.Source), new FakeProvider()]);
        }
    }

    public async ValueTask InitializeAsync() => connectors = await TestConnectors.StartAsync();

    [Fact]
    public async Task OpenAi_Prompt_SendsTheConversationAndReadsTheAnswer()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(OpenAi("Hello Ada")));
        connectors.Add("openai_compatible", new { base_url = server.Url("/v1"), api_key = "sk-123456" });

        var output = await bench.OutputAsync(Step, new
        {
            provider = "openai_compatible",
            model = "small",
            system = "Be brief.",
            messages = new object[] { new { role = "user", content = "Hi" }, new { role = "assistant", content = "Hi!" } },
            prompt = "Greet Ada",
            temperature = 0.5,
            max_tokens = 50,
        });

        Assert.Equal(
            """{"content":"Hello Ada","model":"small-2030","provider":"openai_compatible","usage":{"input":11,"output":3},"finish_reason":"stop"}""",
            output.GetRawText());
        var asked = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/v1/chat/completions", "Bearer sk-123456"), (asked.Method, asked.PathAndQuery, asked.Headers["authorization"]));
        Assert.Equal(
            """{"model":"small","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hi!"},{"role":"user","content":"Greet Ada"}],"temperature":0.5,"max_tokens":50}""",
            asked.Body);
    }

    [Fact]
    public async Task Anthropic_Prompt_SendsTheConversationAndReadsTheAnswer()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("""
            {"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1", "content": [{"type": "text", "text": "Hello "}, {"type": "text", "text": "Ada"}],
             "stop_reason": "end_turn", "usage": {"input_tokens": 10, "output_tokens": 4}}
            """));
        connectors.Add("anthropic", new { base_url = server.Address, api_key = "ak-123456" });

        var output = await bench.OutputAsync(Step, new { provider = "anthropic", model = "m", system = "Be brief.", prompt = "Greet Ada", temperature = 1.5 });

        Assert.Equal(
            """{"content":"Hello Ada","model":"m-1","provider":"anthropic","usage":{"input":10,"output":4},"finish_reason":"stop"}""", output.GetRawText());
        var asked = Assert.Single(server.Requests);
        Assert.Equal(("/v1/messages", "ak-123456", "2023-06-01"), (asked.PathAndQuery, asked.Headers["x-api-key"], asked.Headers["anthropic-version"]));
        Assert.Equal(
            """{"model":"m","max_tokens":4096,"system":"Be brief.","messages":[{"role":"user","content":"Greet Ada"}],"temperature":1}""", asked.Body);
    }

    [Fact]
    public async Task Google_Extract_SendsTheConversationAndReadsTheAnswer()
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync("""
            {"candidates": [{"content": {"parts": [{"text": "{\"total\": 5}"}], "role": "model"}, "finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 2}, "modelVersion": "g-1"}
            """));
        connectors.Add("google", new { base_url = server.Address, api_key = "gk-123456" });

        var output = await bench.OutputAsync(
            Step, """{"provider": "google", "model": "g", "mode": "extract", "schema": {"type": "object"}, "prompt": "5 apples", "max_tokens": 9}""");

        Assert.Equal("""{"data":{"total":5},"model":"g-1","provider":"google","usage":{"input":7,"output":2},"finish_reason":"stop"}""", output.GetRawText());
        var asked = Assert.Single(server.Requests);
        Assert.Equal(("/v1beta/models/g:generateContent", "gk-123456"), (asked.PathAndQuery, asked.Headers["x-goog-api-key"]));
        var body = JsonElement.Parse(asked.Body);
        Assert.Equal("""[{"role":"user","parts":[{"text":"5 apples"}]}]""", body.GetProperty("contents").GetRawText());
        Assert.Equal("""{"maxOutputTokens":9,"responseMimeType":"application/json"}""", body.GetProperty("generationConfig").GetRawText());
    }

    [Fact]
    public async Task Extract_ThatDoesNotFit_IsSentBackWithWhatIsWrong()
    {
        var answers = new Queue<string>(["Sure! Here it is: {\"total\": \"five\"}", "```json\n{\"total\": 5}\n```"]);
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(OpenAi(answers.Dequeue())));
        connectors.Add("openai_compatible", new { base_url = server.Address });

        var output = await bench.OutputAsync(Step, Extracting);

        Assert.Equal(5, output.GetProperty("data").GetProperty("total").GetInt32());
        Assert.Equal(22, output.GetProperty("usage").GetProperty("input").GetInt64());
        var messages = JsonElement.Parse(server.Requests.Last().Body).GetProperty("messages").EnumerateArray().ToList();
        Assert.Contains("\"total\"", messages[0].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal(["system", "user", "assistant", "user"], messages.Select(m => m.GetProperty("role").GetString()));
        Assert.Contains("'total' must be", messages[^1].GetProperty("content").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"total": "five"}""", "'total'")]
    [InlineData("I cannot say.", "not JSON")]
    public async Task Extract_ThatNeverFits_Fails(string answer, string problem)
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(OpenAi(answer)));
        connectors.Add("openai_compatible", new { base_url = server.Address });

        var failure = await bench.FailureAsync(Step, Extracting);

        Assert.Equal(("LLM_SCHEMA", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.Contains(problem, failure.Error.Message, StringComparison.Ordinal);
        Assert.Equal(answer, failure.Error.Detail!.Value.GetProperty("content").GetString());
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"categories": ["billing"], "confidence": 0.8}""", false, "billing", """["billing"]""")]
    [InlineData("""{"categories": ["support", "billing"]}""", true, "support,billing", """["support","billing"]""")]
    [InlineData("""{"categories": ["support", "billing"]}""", false, "support", """["support"]""")]
    [InlineData("""{"category": "support"}""", false, "support", """["support"]""")]
    [InlineData("""{"categories": ["other"]}""", false, "other", """["other"]""")]
    [InlineData("""{"categories": []}""", true, "other", """["other"]""")]
    [InlineData("""{"categories": ["other", "billing"]}""", true, "billing", """["billing"]""")]
    public async Task Classify_GoesOnFromThePortsOfTheClasses(string answer, bool multi, string ports, string categories)
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(OpenAi(answer)));
        connectors.Add("openai_compatible", new { base_url = server.Address });

        var completed = Assert.IsType<StepResult.Completed>(await bench.RunAsync(Step, Classifying(multi)));

        Assert.Equal(ports.Split(','), completed.Ports);
        Assert.Equal(categories, completed.Output!.Value.GetProperty("categories").GetRawText());
        Assert.Equal(answer.Contains("confidence"), completed.Output!.Value.TryGetProperty("confidence", out _));
    }

    [Theory]
    [InlineData("""{"categories": ["other"]}""", "LLM_NO_CATEGORY", 1)]
    [InlineData("""{"categories": ["shipping"]}""", "LLM_SCHEMA", 2)]
    [InlineData("billing", "LLM_SCHEMA", 2)]
    public async Task Classify_WithoutAClass_FailsWhereTheStepWantsOne(string answer, string code, int calls)
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(OpenAi(answer)));
        connectors.Add("openai_compatible", new { base_url = server.Address });

        var failure = await bench.FailureAsync(Step, Classifying(multi: false, fallback: "fail"));

        Assert.Equal((code, calls), (failure.Error.Code, server.Requests.Count));
    }

    [Theory]
    [InlineData("openai_compatible", """{"choices": [{"message": {"content": "Half an ans"}, "finish_reason": "length"}]}""", "LLM_LENGTH")]
    [InlineData("openai_compatible", """{"choices": [{"message": {"content": null, "refusal": "No."}, "finish_reason": "stop"}]}""", "LLM_REFUSED")]
    [InlineData("openai_compatible", """{"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}""", "LLM_REFUSED")]
    [InlineData("anthropic", """{"content": [{"type": "text", "text": "Half"}], "stop_reason": "max_tokens"}""", "LLM_LENGTH")]
    [InlineData("anthropic", """{"content": [], "stop_reason": "refusal"}""", "LLM_REFUSED")]
    [InlineData("google", """{"candidates": [{"finishReason": "SAFETY"}]}""", "LLM_REFUSED")]
    [InlineData("google", """{"candidates": [{"finishReason": "MAX_TOKENS", "content": {"parts": []}}]}""", "LLM_LENGTH")]
    [InlineData("google", """{"promptFeedback": {"blockReason": "SAFETY"}}""", "LLM_REFUSED")]
    public async Task Answer_ThatIsCutOffOrRefused_IsFinal(string provider, string answer, string code)
    {
        await using var server = await StandIn.StartAsync(c => c.Response.WriteAsync(answer));
        connectors.Add(provider, new { base_url = server.Address, api_key = "key-123456" });

        var failure = await bench.FailureAsync(Step, new { provider, model = "m", prompt = "p" });

        Assert.Equal((code, false), (failure.Error.Code, failure.Error.Retryable));
    }

    [Theory]
    [InlineData(429, """{"error": {"message": "Slow down", "type": "requests", "code": "rate_limit_exceeded"}}""", "LLM_RATE_LIMIT", true)]
    [InlineData(429, """{"error": {"message": "No money", "type": "insufficient_quota", "code": "insufficient_quota"}}""", "LLM_QUOTA", false)]
    [InlineData(529, """{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}""", "LLM_UNAVAILABLE", true)]
    [InlineData(503, """{"error": {"code": 503, "message": "Busy", "status": "UNAVAILABLE"}}""", "LLM_UNAVAILABLE", true)]
    [InlineData(500, "<html>", "LLM_UNAVAILABLE", true)]
    [InlineData(401, """{"error": {"message": "Bad key key-123456", "type": "invalid_request_error", "code": "invalid_api_key"}}""", "LLM_AUTH", false)]
    [InlineData(403, """{"type": "error", "error": {"type": "permission_error", "message": "No"}}""", "LLM_AUTH", false)]
    [InlineData(404, """{"error": {"message": "No such model"}}""", "LLM_REQUEST", false)]
    [InlineData(400, """{"error": "model is required"}""", "LLM_REQUEST", false)]
    [InlineData(200, """{"choices": []}""", "LLM_RESPONSE", true)]
    [InlineData(200, "{", "LLM_RESPONSE", true)]
    [InlineData(200, "", "LLM_RESPONSE", true)]
    public async Task Status_ThatIsNoSuccess_FailsAndSaysWhetherToTryAgain(int status, string body, string code, bool retryable)
    {
        await using var server = await StandIn.StartAsync(c =>
        {
            c.Response.StatusCode = status;
            c.Response.Headers.RetryAfter = "3";
            return c.Response.WriteAsync(body);
        });
        connectors.Add("openai_compatible", new { base_url = server.Address, api_key = "key-123456" });

        var failure = await bench.FailureAsync(Step, new { provider = "openai_compatible", model = "m", prompt = "p" });

        Assert.Equal((code, retryable), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal(retryable && status != 200 ? TimeSpan.FromSeconds(3) : null, failure.RetryAfter);
        Assert.DoesNotContain("key-123456", failure.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fake_IsTheSameEachTimeAndNeedsNoConnector()
    {
        var config = new { provider = "fake", prompt = "Greet Ada" };

        var (one, two) = (await bench.OutputAsync(Step, config), await bench.OutputAsync(Step, config));
        var other = await bench.OutputAsync(Step, new { provider = "fake", prompt = "Greet Bob" });

        Assert.Equal(one.GetRawText(), two.GetRawText());
        Assert.NotEqual(one.GetProperty("content").GetString(), other.GetProperty("content").GetString());
        Assert.EndsWith("to: Greet Ada", one.GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Empty(connectors.Requests);
    }

    [Fact]
    public async Task Fake_Extract_FitsTheSchema()
    {
        var output = await bench.OutputAsync(Step, """
            {"provider": "fake", "mode": "extract", "prompt": "An order", "schema": {"type": "object", "required": ["id", "state", "lines", "mail", "short"], "additionalProperties": false, "properties": {
              "id": {"type": "integer", "minimum": 3}, "state": {"enum": ["new", "paid"]}, "mail": {"type": "string", "format": "email"},
              "short": {"type": "string", "maxLength": 3}, "lines": {"type": "array", "minItems": 2, "items": {"type": "object", "properties": {"price": {"type": "number"}, "gift": {"type": "boolean"}}}}}}}
            """);

        Assert.Equal(
            """{"id":3,"state":"new","mail":"fake@example.com","short":"An ","lines":[{"price":1,"gift":true},{"price":1,"gift":true}]}""",
            output.GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData("My bill is wrong: billing!", "billing")]
    [InlineData("The printer does not work", "support")]
    [InlineData("Good morning", "other")]
    public async Task Fake_Classify_FollowsTheWords(string prompt, string port)
    {
        var completed = Assert.IsType<StepResult.Completed>(await bench.RunAsync(Step, new
        {
            provider = "fake",
            mode = "classify",
            prompt,
            categories = new object[] { new { name = "billing" }, new { name = "support", description = "Something does not work" } },
        }));

        Assert.Equal([port], completed.Ports);
    }

    [Theory]
    [InlineData("""{"provider": "magic", "model": "m", "prompt": "p"}""", "CONFIG")]
    [InlineData("""{"provider": "openai_compatible", "prompt": "p"}""", "CONFIG")]
    [InlineData("""{"provider": "fake"}""", "CONFIG")]
    [InlineData("""{"provider": "fake", "messages": [{"role": "assistant", "content": "x"}]}""", "CONFIG")]
    [InlineData("""{"provider": "fake", "messages": [{"role": "robot", "content": "x"}], "prompt": "p"}""", "CONFIG")]
    [InlineData("""{"provider": "fake", "prompt": "p", "mode": "extract"}""", "CONFIG")]
    [InlineData("""{"provider": "fake", "prompt": "p", "mode": "extract", "schema": {"type": 5}}""", "CONFIG")]
    [InlineData("""{"provider": "fake", "prompt": "p", "mode": "classify"}""", "CONFIG")]
    [InlineData("""{"provider": "fake", "prompt": "p", "mode": "classify", "categories": [{"name": "a"}, {"name": "a"}]}""", "CONFIG")]
    [InlineData("""{"provider": "anthropic", "model": "m", "prompt": "p"}""", "CONNECTOR_MISSING")]
    public async Task Config_ThatMakesNoSense_FailsWithoutACall(string config, string code) =>
        Assert.Equal(code, (await bench.FailureAsync(Step, config)).Error.Code);

    private static object Extracting => JsonElement.Parse("""
        {"provider": "openai_compatible", "model": "m", "mode": "extract", "prompt": "five apples",
         "schema": {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer"}}}}
        """);

    private static object Classifying(bool multi, string fallback = "other") => new
    {
        provider = "openai_compatible",
        model = "m",
        mode = "classify",
        prompt = "p",
        multi,
        fallback,
        categories = new object[] { new { name = "billing" }, new { name = "support", description = "Something does not work" } },
    };

    private static string OpenAi(string content) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1",
        @object = "chat.completion",
        model = "small-2030",
        choices = new[] { new { index = 0, message = new { role = "assistant", content }, finish_reason = "stop" } },
        usage = new { prompt_tokens = 11, completion_tokens = 3, total_tokens = 14 },
    });

    public void Dispose() => http.Dispose();

    public ValueTask DisposeAsync() => connectors.DisposeAsync();
}
