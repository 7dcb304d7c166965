"""When the ward is open: hours, holidays, Ngày Chủ nhật gần Dân."""
