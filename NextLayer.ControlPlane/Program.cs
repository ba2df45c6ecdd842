using NextLayer.ControlPlane;
using NextLayer.ControlPlane.Platform.Access.Keys;
using NextLayer.ControlPlane.Platform.Database;

var app = ControlPlaneApp.Create(args);
await app.Services.GetRequiredService<DatabaseStart>().PrepareAsync(app.Lifetime.ApplicationStopping);
await app.Services.GetRequiredService<SettledKeys>().SaveAsync(app.Lifetime.ApplicationStopping);
await app.RunAsync();
