using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace NextLayer.Tests.Browser;

/// <summary>The form that a version's input schema makes.</summary>
[Collection(BrowserTests.Name)]
public sealed class StartPageTests(Site site)
{
    private const string Schema = """
        {"type": "object", "required": ["invoice", "token"], "properties": {
          "invoice": {"type": "string", "title": "Invoice", "contentEncoding": "base64", "contentMediaType": "application/pdf"},
          "prices": {"type": "string", "title": "Prices", "contentMediaType": "text/csv", "x-ui": {"widget": "file"}},
          "token": {"type": "string", "title": "Token", "format": "password"}}}
        """;

    [Fact]
    public async Task FilesAndSecrets_GoWithTheInput_AndAreNotShownToPassersBy()
    {
        await site.StartAsync();
        var line = await site.Demo.AddLineAsync("Scan invoices", """{"steps": [{"id": "lines", "type": "inline_code", "config": {"language": "expression", "code": "size(input.invoice) + size(input.prices) + size(input.token)"}}]}""", Schema);
        await using var visit = await site.VisitAsync();
        var page = visit.Page;
        await visit.OpenAsync($"/start?version={line.VersionId}", "Start Scan invoices");
        var invoice = page.GetByLabel("Invoice required", new() { Exact = true });

        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByText("is required.").First).ToBeVisibleAsync();
        await invoice.SetInputFilesAsync(new FilePayload { Name = "large.pdf", MimeType = "application/pdf", Buffer = new byte[1_200_000] });
        await Expect(page.GetByText("large.pdf has 1.2 MB; at most 1.0 MB can be sent with a run.")).ToBeVisibleAsync();
        await invoice.SetInputFilesAsync(new FilePayload { Name = "scan.pdf", MimeType = "application/pdf", Buffer = [0x25, 0x50, 0x44, 0x46, 0xff, 0x00] });
        await page.GetByLabel("Prices", new() { Exact = true }).SetInputFilesAsync(new FilePayload { Name = "prices.csv", MimeType = "text/csv", Buffer = "sku;price\n"u8.ToArray() });
        await Expect(page.GetByText("scan.pdf, 6 bytes")).ToBeVisibleAsync();
        await page.GetByLabel("Token required", new() { Exact = true }).FillAsync("hunter2");
        Assert.Equal([], await visit.FlawsAsync());
        await visit.ShootAsync("journey-start-files");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Main).GetByText("Succeeded", new() { Exact = true }).First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Input and output" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Output of the steps", Exact = true }).Last).ToContainTextAsync("25"); // 8 of Base64, 10 and 7.
        var input = page.GetByRole(AriaRole.Region, new() { Name = "Input", Exact = true }).Last;
        await Expect(input).ToContainTextAsync("JVBERv8A");
        await Expect(input).Not.ToContainTextAsync("hunter2");
        Assert.Equal([], visit.Complaints);
    }
}
