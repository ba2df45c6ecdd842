using NextLayer.Dashboard;

DashboardApp.Create(args).Run();
