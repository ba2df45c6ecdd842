using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Email;
using NextLayer.Worker.Steps.Http;

namespace NextLayer.Tests.Worker.Steps;

public sealed partial class SendEmailStepTests : IAsyncLifetime
{
    private readonly StepBench bench = new();
    private readonly GuardedConnector network = new(new AllowedHosts(["127.0.0.0/8", "::1"]));
    private TestConnectors connectors = null!; // Set before any test runs.

    private SendEmailStep Step => new(new Mailer(connectors.Source, network, allowLog: false));

    public async ValueTask InitializeAsync() => connectors = await TestConnectors.StartAsync();

    [Fact]
    public async Task Message_OfTextAndHtmlWithAttachment_ArrivesWhole()
    {
        await using var sink = new SmtpSink().Start();
        Connect(sink);

        var output = await bench.OutputAsync(Step, """
            {"to": ["Zoë Müller <zoe@example.com>", "bob@münchen.example"], "cc": "\"Last, First\" <c@example.com>, d@example.com", "bcc": ["hidden@example.com"],
             "reply_to": "help@example.com", "subject": "Grüße: a subject that is long enough to need more than one encoded word, which it gets",
             "text": "First line\n.second line\nGrüße", "html": "<b>Grüße</b>",
             "attachments": [{"name": "größe.csv", "content": "a;b", "content_type": "text/csv"}, {"name": "x.bin", "content": "AAEC", "encoding": "base64"}]}
            """);

        var id = $"<{StepBench.RunId:n}.2.s@sender.example>";
        Assert.Equal(
            $$"""{"sent":true,"message_id":"{{id}}","accepted":["zoe@example.com","bob@xn--mnchen-3ya.example","c@example.com","d@example.com","hidden@example.com"],"rejected":[],"transport":"smtp"}""",
            output.GetRawText());
        var message = Assert.Single(sink.Messages);
        Assert.All(message.Split("\r\n"), line => Assert.True(line.Length <= 78 && line.All(char.IsAscii), line));
        var headers = Headers(message);
        Assert.Equal("\"The Sender\" <me@sender.example>", headers["From"]);
        Assert.Equal("Zoë Müller <zoe@example.com>, bob@xn--mnchen-3ya.example", headers["To"]);
        Assert.Equal("\"Last, First\" <c@example.com>, d@example.com", headers["Cc"]);
        Assert.DoesNotContain("hidden", message, StringComparison.Ordinal);
        Assert.Equal("Grüße: a subject that is long enough to need more than one encoded word, which it gets", headers["Subject"]);
        Assert.Equal((id, "Tue, 01 Jan 2030 00:00:00 +0000"[..16]), (headers["Message-ID"], headers["Date"][..16]));
        Assert.Equal(["First line\r\n.second line\r\nGrüße", "<b>Grüße</b>", "a;b", "\0\u0001\u0002"], Bodies(message));
        Assert.Contains("filename*=utf-8''gr%C3%B6%C3%9Fe.csv", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_OfALaterAttempt_HasTheSameId()
    {
        await using var sink = new SmtpSink().Start();
        Connect(sink);

        await bench.RunAsync(Step, Simple, attempt: 1);
        await bench.RunAsync(Step, Simple, attempt: 2);

        Assert.Equal(2, sink.Messages.Count);
        Assert.Single(sink.Messages.Select(m => Headers(m)["Message-ID"]).Distinct());
    }

    [Theory]
    [InlineData("AUTH PLAIN LOGIN", "AUTH PLAIN AHVzZXIAcGFzcy13b3Jk")]
    [InlineData("AUTH=LOGIN", "AUTH LOGIN|dXNlcg==|cGFzcy13b3Jk")]
    public async Task Credentials_AreSentByAWayTheServerOffers_AfterEncryption(string offer, string commands)
    {
        await using var sink = new SmtpSink { Offers = [offer], Says = commands.Contains("LOGIN") ? Login() : [] }.Start();
        connectors.Add("smtp", new { host = "localhost", port = sink.Port, username = "user", password = "pass-word", from = "me@sender.example", ca_certificate = sink.CaCertificate });

        await bench.OutputAsync(Step, Simple);

        Assert.Equal(
            $"EHLO|STARTTLS|EHLO|{commands}|MAIL FROM:<me@sender.example>|RCPT TO:<a@example.com>|DATA|QUIT".Split('|'),
            sink.Commands.Select(c => c.StartsWith("EHLO", StringComparison.Ordinal) ? "EHLO" : c));

        static Dictionary<string, string?> Login() => new() { ["AUTH"] = "334 VXNlcm5hbWU6", ["dXNlcg=="] = "334 UGFzc3dvcmQ6", ["cGFz"] = "235 welcome" };
    }

    [Fact]
    public async Task Tls_FromTheFirstByte_Works()
    {
        await using var sink = new SmtpSink { IsImplicit = true }.Start();
        connectors.Add("smtp", new { host = "localhost", port = sink.Port, tls = "implicit", from = "me@sender.example", ca_certificate = sink.CaCertificate });

        await bench.OutputAsync(Step, Simple);

        Assert.DoesNotContain("STARTTLS", sink.Commands);
    }

    [Fact]
    public async Task Tls_ThatIsNotTrustedOfferedOrClean_IsRefusedBeforeAnythingIsSaid()
    {
        await using var sink = new SmtpSink().Start();
        await using var plain = new SmtpSink { OffersStartTls = false }.Start();
        await using var injecting = new SmtpSink { InjectedAfterStartTls = "250 injected" }.Start();
        connectors.Add("smtp", new { host = "localhost", port = sink.Port, username = "u", password = "p", from = "me@sender.example" }, "untrusted");
        connectors.Add("smtp", new { host = "localhost", port = plain.Port, username = "u", password = "p", from = "me@sender.example" }, "plain");
        connectors.Add("smtp", new { host = "localhost", port = injecting.Port, from = "me@sender.example", ca_certificate = injecting.CaCertificate }, "injecting");

        foreach (var connector in new[] { "untrusted", "plain", "injecting" })
        {
            var failure = await bench.FailureAsync(Step, new { connector, to = "a@example.com", subject = "s", text = "t" });
            Assert.Equal(("TLS", false), (failure.Error.Code, failure.Error.Retryable));
        }

        Assert.DoesNotContain(sink.Commands.Concat(plain.Commands), c => c.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recipient_RefusedAmongOthers_IsASuccessThatNamesIt()
    {
        await using var sink = new SmtpSink { Says = { ["RCPT TO:<gone@"] = "550 5.1.1 no such user", ["RCPT TO:<later@"] = "450 greylisted" } }.Start();
        Connect(sink);

        var output = await bench.OutputAsync(
            Step, new { to = new[] { "a@example.com", "gone@example.com", "later@example.com" }, subject = "s", text = "t" });

        Assert.Equal("""["a@example.com"]""", output.GetProperty("accepted").GetRawText());
        Assert.Equal("""["gone@example.com","later@example.com"]""", output.GetProperty("rejected").GetRawText());
        Assert.Contains(bench.Lines, l => l.Message == "gone@example.com was refused: 550 5.1.1 no such user");
        Assert.Single(sink.Messages);
    }

    [Theory]
    [InlineData("RCPT", "550 no", "SMTP_RECIPIENTS", false)]
    [InlineData("RCPT", "450 later", "SMTP_RECIPIENTS", true)]
    [InlineData("MAIL", "552 too big", "SMTP_REJECTED", false)]
    [InlineData("MAIL", "451 later", "SMTP_TEMPORARY", true)]
    [InlineData("DATA", "451 later", "SMTP_TEMPORARY", true)]
    [InlineData("end of data", "554 spam", "SMTP_REJECTED", false)]
    [InlineData("end of data", "452 full", "SMTP_TEMPORARY", true)]
    [InlineData("end of data", null, "NETWORK", true)]
    [InlineData("AUTH", "535 who are you", "SMTP_AUTH", false)]
    [InlineData("AUTH", "454 not now", "SMTP_TEMPORARY", true)]
    [InlineData("greeting", "421 busy", "SMTP_TEMPORARY", true)]
    [InlineData("greeting", "554 go away", "SMTP_REJECTED", false)]
    [InlineData("greeting", "HTTP/1.1 400", "NETWORK", true)]
    [InlineData("greeting", null, "NETWORK", true)]
    [InlineData("EHLO", "500 what", "SMTP_REJECTED", false)]
    public async Task No_OfTheServer_SaysWhetherToTryAgain(string to, string? answer, string code, bool retryable)
    {
        await using var sink = new SmtpSink { Says = { [to] = answer } }.Start();
        connectors.Add("smtp", new { host = "127.0.0.1", port = sink.Port, tls = "none", username = "user", password = "pass-word", from = "me@sender.example" });

        var failure = await bench.FailureAsync(Step, Simple);

        Assert.Equal((code, retryable), (failure.Error.Code, failure.Error.Retryable));
        Assert.Empty(sink.Messages);
    }

    [Fact]
    public async Task Password_ThatTheServerEchoes_IsNotInTheError()
    {
        await using var sink = new SmtpSink { Says = { ["AUTH"] = "535 pass-word is wrong" } }.Start();
        connectors.Add("smtp", new { host = "127.0.0.1", port = sink.Port, tls = "none", username = "user", password = "pass-word", from = "me@sender.example" });

        var failure = await bench.FailureAsync(Step, Simple);

        Assert.EndsWith("535 *** is wrong", failure.Error.Message, StringComparison.Ordinal);
        Assert.Equal("""{"smtp_code":535,"reply":"*** is wrong"}""", failure.Error.Detail!.Value.GetRawText());
    }

    [Fact]
    public async Task Server_ThatIsNotThere_MayBeTriedAgain()
    {
        var sink = new SmtpSink().Start();
        Connect(sink);
        await sink.DisposeAsync();

        var failure = await bench.FailureAsync(Step, Simple);

        Assert.Equal(("NETWORK", true), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task Server_ThatIsNotPublic_IsRefused()
    {
        connectors.Add("smtp", new { host = "10.0.0.1", from = "me@sender.example" });

        var failure = await bench.FailureAsync(new SendEmailStep(new Mailer(connectors.Source, new GuardedConnector(new AllowedHosts([])), allowLog: false)), Simple);

        Assert.Equal("SSRF_BLOCKED", failure.Error.Code);
    }

    [Fact]
    public async Task Connector_ThatIsNotThere_WritesToTheLogOnlyWhereThatIsAllowed()
    {
        var failure = await bench.FailureAsync(Step, Simple);
        var output = await bench.OutputAsync(new SendEmailStep(new Mailer(connectors.Source, network, allowLog: true)), Simple);

        Assert.Equal("CONNECTOR_MISSING", failure.Error.Code);
        Assert.Equal((false, "log"), (output.GetProperty("sent").GetBoolean(), output.GetProperty("transport").GetString()));
        Assert.Contains("mail to a@example.com\nSubject: s\n\nt", Assert.Single(bench.Lines).Message.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"to": "a@example.com\r\nRCPT TO:<evil@example.com>", "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": "a@example.com>\r\nDATA", "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": "Name\r\nBcc: evil@example.com <a@example.com>", "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": "a@example.com> SIZE=1", "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": "a b@example.com", "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": "a@b@", "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": "", "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": [5], "subject": "s", "text": "t"}""")]
    [InlineData("""{"to": "a@example.com", "subject": "s"}""")]
    [InlineData("""{"to": "a@example.com", "text": "t"}""")]
    [InlineData("""{"to": "a@example.com", "subject": "s", "text": "t", "from": "nobody"}""")]
    [InlineData("""{"to": "a@example.com", "subject": "s", "text": "t", "attachments": [{"name": "a", "content": "?", "encoding": "base64"}]}""")]
    [InlineData("""{"to": "a@example.com", "subject": "s", "text": "t", "attachments": [{"name": "a", "content": "", "content_type": "text/csv\r\nX: y"}]}""")]
    public async Task Config_ThatMakesNoSense_FailsWithoutACall(string config)
    {
        await using var sink = new SmtpSink().Start();
        Connect(sink);

        Assert.Equal("CONFIG", (await bench.FailureAsync(Step, config)).Error.Code);
        Assert.Empty(sink.Commands);
    }

    [Fact]
    public async Task LineBreaks_InSubjectAndFileName_BeginNoHeader()
    {
        await using var sink = new SmtpSink().Start();
        Connect(sink);

        await bench.OutputAsync(Step, """
            {"to": "a@example.com", "subject": "Hello\r\nBcc: evil@example.com", "text": "t",
             "attachments": [{"name": "a\"\r\nX-Evil: yes", "content": "c"}]}
            """);

        var message = Assert.Single(sink.Messages);
        Assert.DoesNotContain(message.Split("\r\n"), l => l.StartsWith("Bcc", StringComparison.Ordinal) || l.StartsWith("X-Evil", StringComparison.Ordinal));
        Assert.Equal("Hello Bcc: evil@example.com", Headers(message)["Subject"]);
    }

    private static object Simple => new { to = "a@example.com", subject = "s", text = "t" };

    private void Connect(SmtpSink sink) =>
        connectors.Add("smtp", new { host = "localhost", port = sink.Port, from = "The Sender <me@sender.example>", ca_certificate = sink.CaCertificate });

    private static Dictionary<string, string> Headers(string message) => Decode(message[..message.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal))
        .Split("\r\n").ToDictionary(line => line[..line.IndexOf(':', StringComparison.Ordinal)], line => line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);

    // Between two encoded words white space is nothing (RFC 2047, section 6.2).
    private static string Decode(string text) => EncodedWord().Replace(
        text.Replace("?= =?", "?==?", StringComparison.Ordinal), m => Encoding.UTF8.GetString(Convert.FromBase64String(m.Groups[1].Value)));

    private static IEnumerable<string> Bodies(string message) =>
        Body().Matches(message).Select(m => Encoding.UTF8.GetString(Convert.FromBase64String(m.Groups[1].Value)));

    [GeneratedRegex(@"=\?utf-8\?B\?([^?]*)\?=")]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"Content-Transfer-Encoding: base64\r\n\r\n([A-Za-z0-9+/=\r\n]*)")]
    private static partial Regex Body();

    public ValueTask DisposeAsync() => connectors.DisposeAsync();
}
