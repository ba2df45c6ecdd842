using NextLayer.Bench;
using Spectre.Console;

// A file or pipe has no width of its own, and tables wrapped at 80 columns are hard to read.
if (Console.IsOutputRedirected)
    AnsiConsole.Profile.Width = 160;

return await BenchCommands.Create().Parse(args).InvokeAsync();
